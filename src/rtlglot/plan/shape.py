"""A model's shape: the dozen numbers of its config.json that decide how much memory it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rtlglot.errors import ConfigError
from rtlglot.plan.hub import snapshots
from rtlglot.plan.known import ALIASES, KNOWN

_DENSE = frozenset({
    "gemma", "gemma2", "granite", "llama", "mistral", "olmo2", "phi3", "qwen2", "qwen3", "smollm3",
})  # fmt: skip
_MIXTURES = frozenset({"mixtral", "qwen2_moe", "qwen3_moe"})
_DTYPE_BITS = {"bfloat16": 16.0, "float16": 16.0, "half": 16.0, "float32": 32.0, "float": 32.0}
# Scales and zero points of groups of 128 (AWQ, GPTQ) or 64 (bitsandbytes) weights included.
_QUANTIZED_BITS = {
    "fp8": 8.0,
    "int8": 8.0,
    "awq": 4.16,
    "awq_marlin": 4.16,
    "gptq": 4.16,
    "gptq_marlin": 4.16,
    "bitsandbytes": 4.5,
}
_KV_BITS = {"auto": None, "bfloat16": 16.0, "float16": 16.0, "fp8": 8.0, "fp8_e4m3": 8.0, "fp8_e5m2": 8.0}


class ShapeError(ConfigError):
    """The planner's sums do not hold for this architecture; says nothing about the engine."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What a decoder-only transformer with a gated MLP weighs and remembers."""

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    """Width of the MLP; of one expert in a mixture."""
    vocabulary: int
    context_tokens: int
    """The longest context the model was made for."""
    tied: bool = False
    """Whether the output layer is the embedding."""
    attention_bias: bool = False
    experts: int = 0
    """Routed experts in a layer; 0 for a dense model."""
    experts_per_token: int = 0
    shared_intermediate: int = 0
    """Width of the shared expert, where there is one."""
    weight_bits: float = 16.0
    """Of the layers; embeddings stay at `embedding_bits`."""
    embedding_bits: float = 16.0
    kv_bits: float = 16.0
    notes: tuple[str, ...] = ()
    """What the sums leave out, for people."""

    @property
    def layer_parameters(self) -> int:
        """Parameters of one layer: attention, MLP or experts, two norms."""
        queries, keys = self.heads * self.head_dim, self.kv_heads * self.head_dim
        attention = 2 * self.hidden * queries + 2 * self.hidden * keys
        bias = queries + 2 * keys if self.attention_bias else 0
        mlp = 3 * self.hidden * self.intermediate * max(1, self.experts)
        routing = self.hidden * self.experts + 3 * self.hidden * self.shared_intermediate
        return attention + bias + mlp + routing + 2 * self.hidden

    @property
    def embedding_parameters(self) -> int:
        """Input embedding, output layer unless tied, last norm."""
        return self.vocabulary * self.hidden * (1 if self.tied else 2) + self.hidden

    @property
    def parameters(self) -> int:
        return self.layers * self.layer_parameters + self.embedding_parameters

    def with_precision(
        self, *, dtype: str = "auto", quantization: str = "", kv_dtype: str = "auto"
    ) -> ModelShape:
        """The same model as an engine loads it. Raises ConfigError for an unknown name."""
        shape = self
        if dtype != "auto":
            bits = _bits(_DTYPE_BITS, dtype, "dtype")
            weights = bits if shape.weight_bits == shape.embedding_bits else shape.weight_bits
            shape = replace(shape, weight_bits=weights, embedding_bits=bits, kv_bits=bits)
        if quantization and quantization != "none":
            shape = replace(shape, weight_bits=_bits(_QUANTIZED_BITS, quantization, "quantization"))
        if kv_dtype != "auto":
            shape = replace(shape, kv_bits=_bits(_KV_BITS, kv_dtype, "KV cache dtype"))
        return shape


def _bits(table: Mapping[str, float | None], name: str, kind: str) -> float:
    bits = table.get(name)
    if bits is None:
        known = ", ".join(key for key, value in table.items() if value is not None)
        raise ShapeError(f"the planner knows no {kind} {name!r}", hint=f"known: {known}")
    return bits


def load_shape(model: str) -> ModelShape:
    """The shape of a known model, a folder, a config.json, or a hub model in the local cache.

    Nothing is fetched. Raises ConfigError where there is no config, ShapeError where the
    sums do not hold.
    """
    known = {name.lower(): config for name, config in KNOWN.items()}
    config = known.get(ALIASES.get(model.lower(), model.lower()))
    if config is not None:
        return from_config(config, model)
    file = _config_file(model)
    if file is None:
        raise ShapeError(
            f"no config.json of {model!r} is on this machine",
            hint=f"give a folder with a config.json, or one of {', '.join(sorted(KNOWN))}",
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(config, dict):
        raise ConfigError(f"{file} holds no JSON object")
    return from_config(config, model)


def _config_file(model: str) -> Path | None:
    path = Path(model).expanduser()
    if path.is_file() and path.suffix == ".json":
        return path
    places = [path / "config.json", *(folder / "config.json" for folder in snapshots(model))]
    return next((place for place in places if place.is_file()), None)


def from_config(config: Mapping[str, Any], name: str) -> ModelShape:
    """A shape from the content of a config.json, in the words of Hugging Face transformers."""
    kind = str(config.get("model_type", "unknown"))
    if kind not in _DENSE | _MIXTURES or config.get("kv_lora_rank"):
        raise ShapeError(
            f"the planner cannot do the sums for {name!r}: its architecture is {kind!r}",
            hint=f"architectures it can: {', '.join(sorted(_DENSE | _MIXTURES))}",
        )
    heads = _number(config, "num_attention_heads", name)
    hidden = _number(config, "hidden_size", name)
    bits, quantized = _precision(config, name)
    shape = ModelShape(
        name=name,
        layers=_number(config, "num_hidden_layers", name),
        hidden=hidden,
        heads=heads,
        kv_heads=int(config.get("num_key_value_heads") or heads),
        head_dim=int(config.get("head_dim") or hidden // heads),
        intermediate=_number(config, "intermediate_size", name),
        vocabulary=_number(config, "vocab_size", name),
        context_tokens=_number(config, "max_position_embeddings", name),
        tied=bool(config.get("tie_word_embeddings", kind.startswith("gemma"))),
        attention_bias=bool(config.get("attention_bias", kind in ("qwen2", "qwen2_moe"))),
        weight_bits=quantized or bits,
        embedding_bits=bits,
        kv_bits=bits,
        notes=_notes(config),
    )
    return _mixture(shape, config, name) if kind in _MIXTURES else shape


def _mixture(shape: ModelShape, config: Mapping[str, Any], name: str) -> ModelShape:
    if config.get("mlp_only_layers") or config.get("decoder_sparse_step", 1) != 1:
        raise ShapeError(f"the planner cannot do the sums for {name!r}: some layers have no experts")
    return replace(
        shape,
        intermediate=int(config.get("moe_intermediate_size") or shape.intermediate),
        experts=int(config.get("num_local_experts") or _number(config, "num_experts", name)),
        experts_per_token=_number(config, "num_experts_per_tok", name),
        shared_intermediate=int(config.get("shared_expert_intermediate_size") or 0),
    )


def _number(config: Mapping[str, Any], key: str, name: str) -> int:
    value = config.get(key)
    if not isinstance(value, int) or value < 1:
        raise ConfigError(f"the config of {name!r} has no usable {key!r}: it is {value!r}")
    return value


def _precision(config: Mapping[str, Any], name: str) -> tuple[float, float | None]:
    """Bits of a plain weight, and of a quantized one where the checkpoint is quantized."""
    dtype = str(config.get("dtype") or config.get("torch_dtype") or "bfloat16").removeprefix("torch.")
    # vLLM's 'auto' loads a float32 checkpoint at 16 bits.
    bits = 16.0 if dtype == "float32" else _bits(_DTYPE_BITS, dtype, "dtype")
    quantization = config.get("quantization_config")
    if not quantization:
        return bits, None
    method = str(quantization.get("quant_method", "unknown"))
    if method == "compressed-tensors":
        groups = quantization.get("config_groups", {}).values()
        widths = {group.get("weights", {}).get("num_bits") for group in groups}
        if len(widths) == 1 and isinstance(width := widths.pop(), int):
            return bits, width + (0.16 if width < 8 else 0.0)
        raise ShapeError(f"the planner cannot read the quantization of {name!r}")
    if method in ("awq", "gptq") and isinstance(width := quantization.get("bits"), int):
        return bits, width + 0.16
    return bits, _bits(_QUANTIZED_BITS, method, "quantization")


def _notes(config: Mapping[str, Any]) -> tuple[str, ...]:
    window = config.get("sliding_window")
    if not window or config.get("use_sliding_window") is False:
        return ()
    return (
        f"some layers look back over {window} tokens only; the KV cache is counted as if all looked back "
        "over the whole context, so more rows may fit than said",
    )
