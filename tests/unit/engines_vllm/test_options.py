"""Options: ours typed, vLLM's by name, unknown ones refused by name before anything is imported."""

import sys
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines.vllm import arguments
from rtlglot.engines.vllm.engine import VllmEngine
from rtlglot.engines.vllm.options import split_options
from rtlglot.errors import ConfigError, UsageError


def test_ours_and_theirs(stand_in: Any) -> None:
    options, rest = split_options(
        {"gpus": "4", "prefix_caching": "off", "quantization": "fp8", "tensor_parallel_size": "2"}
    )
    assert (options.gpus, options.prefix_caching, options.tensor_parallel) == (4, False, 2)
    assert rest == {"quantization": "fp8"}


def test_an_unknown_name_is_refused_with_the_nearest(stand_in: Any) -> None:
    with pytest.raises(UsageError, match="quantisation") as caught:
        VllmEngine("x", {"quantisation": "fp8"})
    assert "quantization" in caught.value.hint
    assert "vllm" not in sys.modules


def test_what_rtlglot_sets_itself_is_refused(stand_in: Any) -> None:
    with pytest.raises(ConfigError, match="model"):
        VllmEngine("x", {"model": "y"})


@pytest.mark.parametrize(
    "options",
    [{"gpus": "0"}, {"tensor_parallel": "two"}, {"max_model_len": "long"}, {"max_model_len": "0"}],
)
def test_bad_values_name_the_option(options: Any, stand_in: Any) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        VllmEngine("x", options)


def test_without_vllm_every_name_passes_until_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    monkeypatch.delitem(sys.modules, "vllm", raising=False)
    arguments.known_names.cache_clear()
    assert split_options({"anything": "1"})[1] == {"anything": "1"}
    arguments.known_names.cache_clear()


def test_identity_is_what_changes_the_text(stand_in: Any, model: str, tmp_path: Path) -> None:
    def identity(**options: Any) -> Any:
        return VllmEngine(model, options).identity()

    plain = identity()
    for same in ({"gpus": "1"}, {"tensor_parallel": "2"}, {"gpu_memory_utilization": "0.5"}):
        assert identity(**same) == plain
    for same in ({"enforce_eager": "true"}, {"prefix_caching": "off"}, {"max_num_seqs": "8"}):
        assert identity(**same) == plain
    template = tmp_path / "template.jinja"
    template.write_text("{}")
    others = [
        identity(**other)
        for other in (
            {"dtype": "float16"},
            {"quantization": "fp8"},
            {"dummy_weights": "on"},
            {"thinking": "off"},
            {"chat_template": str(template)},
            {"speculative_config": '{"method": "ngram"}'},
        )
    ]
    assert all(other != plain for other in others)
    template.write_text("{}!")
    assert identity(chat_template=str(template)) != others[4]
    with open(f"{model}/model.safetensors", "r+b") as weights:
        weights.write(b"v")
    assert identity() != plain
