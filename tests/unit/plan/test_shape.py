"""Shapes from config.json files: published sizes, quantization, mixtures, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtlglot.errors import ConfigError
from rtlglot.plan import ShapeError, load_shape
from rtlglot.plan.shape import from_config

SMALL = {
    "model_type": "llama",
    "num_hidden_layers": 2,
    "hidden_size": 8,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "intermediate_size": 16,
    "vocab_size": 32,
    "max_position_embeddings": 64,
    "tie_word_embeddings": True,
}


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("meta-llama/Llama-3.1-70B-Instruct", 70.55),
        ("meta-llama/Llama-3.1-8B-Instruct", 8.03),
        ("meta-llama/Llama-3.2-3B-Instruct", 3.21),
        ("smollm2-135m-instruct", 0.1345),
        ("Qwen/Qwen2.5-Coder-0.5B-Instruct", 0.494),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", 7.615),
        ("Qwen/Qwen2.5-Coder-14B-Instruct", 14.77),
        ("Qwen/Qwen2.5-Coder-32B-Instruct", 32.76),
    ],
)
def test_published_sizes(name: str, billions: float) -> None:
    assert load_shape(name).parameters / 1e9 == pytest.approx(billions, rel=0.002)


def test_names_are_found_in_any_case() -> None:
    assert load_shape("META-LLAMA/llama-3.1-8b-instruct").layers == 32


def test_parameters_counted_by_hand() -> None:
    shape = from_config(SMALL, "small")
    layer = 8 * 8 + 2 * 8 * 4 + 8 * 8 + 3 * 8 * 16 + 2 * 8
    assert shape.layer_parameters == layer
    assert shape.parameters == 2 * layer + 32 * 8 + 8
    untied = from_config({**SMALL, "tie_word_embeddings": False}, "small")
    assert untied.parameters == shape.parameters + 32 * 8
    biased = from_config({**SMALL, "model_type": "qwen2"}, "small")
    assert biased.layer_parameters == layer + 8 + 2 * 4


def test_folder_and_file_and_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tmp_path / "hub" / "models--acme--tiny" / "snapshots" / "0a1b"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(json.dumps(SMALL))
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    for name in ("acme/tiny", str(snapshot), str(snapshot / "config.json")):
        assert load_shape(name).hidden == 8


def test_a_mixture_counts_every_expert() -> None:
    mixture = {**SMALL, "model_type": "qwen3_moe", "num_experts": 4, "num_experts_per_tok": 2}
    shape = from_config({**mixture, "moe_intermediate_size": 8}, "mixture")
    attention = 8 * 8 + 2 * 8 * 4 + 8 * 8
    assert shape.layer_parameters == attention + 4 * 3 * 8 * 8 + 8 * 4 + 2 * 8
    with pytest.raises(ShapeError, match="experts"):
        from_config({**mixture, "mlp_only_layers": [0]}, "mixture")


@pytest.mark.parametrize(
    ("quantization", "bits"),
    [
        ({"quant_method": "fp8"}, 8.0),
        ({"quant_method": "awq", "bits": 4}, 4.16),
        ({"quant_method": "gptq", "bits": 8}, 8.16),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"group_0": {"weights": {"num_bits": 8}}},
            },
            8.0,
        ),
    ],
)
def test_quantized_checkpoints(quantization: dict[str, Any], bits: float) -> None:
    shape = from_config({**SMALL, "quantization_config": quantization}, "quantized")
    assert (shape.weight_bits, shape.embedding_bits) == (bits, 16.0)


def test_precision_asked_for() -> None:
    shape = from_config({**SMALL, "torch_dtype": "float32"}, "small")
    assert shape.weight_bits == 16.0
    assert shape.with_precision(dtype="float32").kv_bits == 32.0
    assert shape.with_precision(quantization="fp8", kv_dtype="fp8").kv_bits == 8.0
    with pytest.raises(ShapeError, match="mystery"):
        shape.with_precision(quantization="mystery")
    with pytest.raises(ShapeError, match="int3"):
        shape.with_precision(kv_dtype="int3")


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "mamba"},
        {"model_type": "deepseek_v3", "kv_lora_rank": 512},
        {"quantization_config": {"quant_method": "mystery"}},
        {"quantization_config": {"quant_method": "compressed-tensors", "config_groups": {}}},
    ],
)
def test_what_the_sums_do_not_cover_is_said_so(change: dict[str, Any]) -> None:
    with pytest.raises(ShapeError):
        from_config({**SMALL, **change}, "other")


def test_sliding_windows_are_noted() -> None:
    shape = from_config({**SMALL, "model_type": "mistral", "sliding_window": 16}, "windowed")
    assert "16 tokens" in shape.notes[0]
    off = {**SMALL, "model_type": "qwen2", "sliding_window": 16, "use_sliding_window": False}
    assert from_config(off, "off").notes == ()


def test_broken_configs_name_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hidden_size"):
        from_config({**SMALL, "hidden_size": None}, "broken")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ConfigError, match=r"config\.json"):
        load_shape(str(tmp_path))
    with pytest.raises(ShapeError, match="no/such"):
        load_shape("no/such")
