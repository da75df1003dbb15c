"""The share of the cards' arithmetic: the sums by hand, cards by name, and what has no figure."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rtlglot.jobs import bench_share
from rtlglot.jobs.bench import Measured
from rtlglot.jobs.bench_report import as_json, markdown
from rtlglot.jobs.bench_share import Share
from rtlglot.plan import load_shape
from rtlglot.plan.known import KNOWN
from rtlglot.plan.roofline import Tokens, flops, peak_flops
from rtlglot.plan.shape import from_config

LLAMA = "meta-llama/Llama-3.1-8B-Instruct"


def test_the_sum_of_the_originals_job_by_hand() -> None:
    # Layers 2 * 6.979e9 and head 2 * 0.525e9 FLOP a token, attention 4 * 32 * 4096 a pair of tokens.
    job = Tokens(rows=10, prompt=5688, cached=0, reply=1236)
    assert flops(load_shape(LLAMA), job) / 10 == pytest.approx(9.92e12, rel=0.005)
    assert flops(load_shape(LLAMA), Tokens(0, 0, 0, 0)) == 0


def test_cached_tokens_cost_nothing() -> None:
    shape = load_shape(LLAMA)
    whole, cached = (flops(shape, Tokens(1, 569, hit, 124)) for hit in (0, 400))
    assert whole - cached == pytest.approx(2 * 400 * 6.979e9, rel=0.02)


def test_of_a_mixture_only_the_experts_that_a_token_meets_count() -> None:
    config = {**KNOWN[LLAMA], "model_type": "mixtral", "num_local_experts": 8, "num_experts_per_tok": 2}
    mixture, dense = from_config(config, "mixture"), load_shape(LLAMA)
    job = Tokens(1, 100, 0, 10)
    one_mlp = 2 * 32 * 3 * 4096 * 14_336 * 110
    assert flops(mixture, job) - flops(dense, job) == pytest.approx(one_mlp, rel=0.01)


@pytest.mark.parametrize(
    ("card", "tflops"),
    [
        ("NVIDIA H100 80GB HBM3", 989.4),
        ("NVIDIA H100 PCIe", 756.4),
        ("NVIDIA A100-SXM4-80GB", 311.8),
        ("NVIDIA H200", 989.4),
        ("NVIDIA L40S", 362.1),
    ],
)
def test_cards_by_the_drivers_name(card: str, tflops: float) -> None:
    assert peak_flops(card) == tflops * 1e12


@pytest.mark.parametrize("card", ["NVIDIA L400", "NVIDIA GeForce RTX 4090", ""])
def test_an_unknown_card_has_no_peak(card: str) -> None:
    assert peak_flops(card) is None


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says which cards there are."""

    def make(*names: str) -> None:
        monkeypatch.setattr(bench_share, "cards", lambda: list(names))

    return make


def test_a_share_of_the_cards_that_are_used(box: Any) -> None:
    box(*["NVIDIA H100 80GB HBM3"] * 4)
    job, seconds = Tokens(1000, 568_800, 0, 123_600), 33.4
    four = Share(LLAMA, "vllm", {}).of(job, seconds)
    assert four == pytest.approx(0.300 / 4, rel=0.01)
    for options in ({"gpus": 1}, {"data_parallel": "1"}):
        assert Share(LLAMA, "vllm", options).of(job, seconds) == pytest.approx(0.300, rel=0.01)
    two = Share(LLAMA, "vllm", {"data_parallel": 1, "tensor_parallel": 2})
    assert two.of(job, seconds) == pytest.approx(0.150, rel=0.01)
    assert two.of(job, 0) is None


def test_why_there_is_no_share(box: Any) -> None:
    job = Tokens(1, 1, 0, 1)
    box("NVIDIA H100 80GB HBM3")
    quantized = Share(LLAMA, "vllm", {"quantization": "fp8"})
    assert (quantized.of(job, 1), quantized.why) == (None, "the weights are not of 16 bits")
    assert "no config.json" in Share("acme/unknown", "vllm", {}).why
    assert "openai" in Share(LLAMA, "openai", {}).why
    box("NVIDIA Strange 9")
    assert "'NVIDIA Strange 9'" in Share(LLAMA, "vllm", {}).why
    box()
    assert Share(LLAMA, "vllm", {}).why == "no GPU is visible"


def test_the_drivers_list_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bench_share.cards() == []
    tool = tmp_path / "nvidia-smi"
    listing = "0, GPU-a, NVIDIA H200\n1, GPU-b, NVIDIA L4\n"
    memory = "0, GPU-a, 143771, 0\n1, GPU-b, 23034, 0\n"
    tool.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"print({listing!r} if 'name' in sys.argv[1] else {memory!r}, end='')\n"
    )
    tool.chmod(0o755)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert subprocess.run([str(tool), "name"], check=True, capture_output=True).returncode == 0
    assert bench_share.cards() == ["NVIDIA H200", "NVIDIA L4"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert bench_share.cards() == ["NVIDIA L4"]


def test_the_table_shows_it_or_says_why_not() -> None:
    lines = [Measured({}, rows=9, seconds=3, mfu=0.4597), Measured({}, rows=9, seconds=3, no_mfu="no GPU")]
    table = markdown(lines)
    assert "46.0 %" in table
    assert table.endswith("no MFU (share of the cards' bf16 arithmetic): no GPU")
    assert [line["mfu"] for line in as_json(lines)] == [0.4597, None]
