"""The table of what people saw fit and not fit on H100 80 GB, and vLLM's own figure on a CPU."""

from typing import Any

import pytest

from rtlglot.errors import ConfigError
from rtlglot.plan import Gpus, Need, load_shape, plan, shown_gib
from rtlglot.plan.memory import budget, kv_bytes_per_token
from rtlglot.plan.observed import SEEN_IT_S, seen_it_s

LLAMA = {
    "70B": "meta-llama/Llama-3.1-70B-Instruct",
    "8B": "meta-llama/Llama-3.1-8B-Instruct",
    "3B": "meta-llama/Llama-3.2-3B-Instruct",
}
FULL = 131_072
MEMORY_GIB = shown_gib(80)


def made(model: str, gpus: int, max_model_len: int) -> Any:
    return plan(load_shape(LLAMA[model]), Gpus(gpus, MEMORY_GIB), Need(max_model_len))


def split(model: str, tensor: int, max_model_len: int) -> Any:
    """The alternative without pipeline that spreads one replica over `tensor` GPUs."""
    splits = made(model, tensor, max_model_len).alternatives
    return next(s for s in splits if (s.tensor_parallel, s.pipeline_parallel) == (tensor, 1))


def test_eighty_gb_shows_79_1_gib() -> None:
    assert pytest.approx(79.1) == MEMORY_GIB


@pytest.mark.parametrize(
    ("model", "tensor", "weights_gib", "kv_gib", "tokens"),
    [
        ("70B", 1, 131.4, -61.8, 0),
        ("70B", 2, 65.7, 4.5, 29_516),
        ("70B", 4, 32.9, 37.6, 493_328),
        ("8B", 1, 15.0, 55.4, 453_692),
        ("3B", 1, 6.0, 64.6, 604_856),
    ],
)
def test_budget(model: str, tensor: int, weights_gib: float, kv_gib: float, tokens: int) -> None:
    spent = budget(load_shape(LLAMA[model]), Need(8192), MEMORY_GIB, tensor=tensor, pipeline=1)
    assert spent.weights_gib == pytest.approx(weights_gib, abs=0.05)
    assert spent.kv_gib == pytest.approx(kv_gib, abs=0.06)
    assert spent.kv_tokens == tokens


@pytest.mark.parametrize(
    ("model", "tensor", "max_model_len", "fits"),
    [
        ("70B", 4, FULL, True),
        ("8B", 4, FULL, True),
        ("70B", 4, 8192, True),
        ("8B", 4, 8192, True),
        ("3B", 4, 8192, True),
        ("70B", 2, 8192, True),
        ("8B", 2, 8192, True),
        ("3B", 2, 8192, True),
        ("70B", 2, FULL, False),
        ("8B", 2, FULL, True),
        ("3B", 2, FULL, True),
        ("70B", 1, 8192, False),
        ("8B", 1, 8192, True),
        ("3B", 1, 8192, True),
        ("70B", 1, FULL, False),
        ("8B", 1, FULL, True),
        ("3B", 1, FULL, True),
    ],
)
def test_what_fitted(model: str, tensor: int, max_model_len: int, fits: bool) -> None:
    assert split(model, tensor, max_model_len).fits is fits


def test_the_one_that_was_preempted_is_under_the_rows_that_keep_it_busy() -> None:
    tight = split("70B", 2, 8192)
    assert (tight.fits, tight.rows_in_flight) == (True, 42)
    assert "preemption" in tight.reason


@pytest.mark.parametrize(
    ("model", "gpus", "max_model_len", "wanted"),
    [
        ("8B", 4, 8192, (1, 1, 4)),
        ("3B", 4, 8192, (1, 1, 4)),
        ("8B", 4, FULL, (1, 1, 4)),
        ("70B", 4, 8192, (4, 1, 1)),
        ("70B", 4, FULL, (4, 1, 1)),
        ("70B", 2, 8192, (2, 1, 1)),
        ("70B", 8, 8192, (4, 1, 2)),
        ("8B", 3, 8192, (1, 1, 3)),
        ("70B", 3, 8192, (2, 1, 1)),
    ],
)
def test_choice(model: str, gpus: int, max_model_len: int, wanted: tuple[int, int, int]) -> None:
    chosen = made(model, gpus, max_model_len).chosen
    assert chosen is not None
    assert (chosen.tensor_parallel, chosen.pipeline_parallel, chosen.data_parallel) == wanted


def test_nothing_fits_says_what_would() -> None:
    lost = made("70B", 2, FULL)
    assert lost.chosen is None
    text = "\n".join(lost.would_fit)
    assert "--max-model-len 29516" in text
    assert "--gpus 4" in text
    assert "--quantization fp8" in text
    # Each of them is true.
    fp8 = load_shape(LLAMA["70B"]).with_precision(quantization="fp8")
    assert plan(fp8, lost.gpus, lost.need).chosen
    assert made("70B", 2, 29_516).chosen
    assert not made("70B", 2, 29_517).chosen
    assert made("70B", 4, FULL).chosen


def test_pipeline_only_across_nodes() -> None:
    two_nodes = plan(load_shape(LLAMA["70B"]), Gpus(4, 47.5, per_node=2), Need(8192))
    chosen = two_nodes.chosen
    assert chosen is not None
    assert (chosen.tensor_parallel, chosen.pipeline_parallel) == (2, 2)
    one_node = plan(load_shape(LLAMA["70B"]), Gpus(8, MEMORY_GIB), Need(8192))
    assert all(s.pipeline_parallel == 1 for s in one_node.alternatives)


def test_tensor_parallel_divides_heads() -> None:
    reasons = {s.tensor_parallel: s for s in made("8B", 6, 8192).alternatives}
    assert not reasons[3].fits
    assert "32 heads" in reasons[3].reason
    assert "KV heads" in {s.tensor_parallel: s for s in made("3B", 3, 8192).alternatives}[3].reason


def test_the_cache_of_the_embedded_model_is_what_vllm_says_on_a_cpu() -> None:
    """vLLM 0.32 on a CPU with 2 GiB of cache, in blocks of 128: 93,184 tokens."""
    per_token = kv_bytes_per_token(load_shape("smollm2-135m-instruct"))
    assert per_token == 23_040
    assert 2 * 2**30 // int(per_token) // 128 * 128 == 93_184


def test_a_context_beyond_the_model_is_refused() -> None:
    with pytest.raises(ConfigError, match="131072"):
        made("8B", 1, FULL + 1)


def test_figures_seen_are_of_splits_that_fit() -> None:
    for (model, tensor, max_model_len), rate in SEEN_IT_S.items():
        whole = plan(load_shape(model), Gpus(tensor, MEMORY_GIB), Need(max_model_len))
        split = next(s for s in whole.alternatives if s.tensor_parallel == tensor)
        assert split.fits
        assert seen_it_s(whole, split) == rate
    other_card = plan(load_shape(LLAMA["8B"]), Gpus(1, 44.5), Need(8192))
    assert seen_it_s(other_card, other_card.alternatives[0]) is None
