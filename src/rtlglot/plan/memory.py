"""What one GPU holds: weights, activations, and what is left for the KV cache."""

from __future__ import annotations

from dataclasses import dataclass

from rtlglot.errors import ConfigError
from rtlglot.plan.shape import ModelShape

GIB = 2**30

SHOWN = 79.1 / 80
"""Share of a card's nominal GB that it shows as GiB; 79.1 GiB is what an 80 GB H100 shows."""

_RESERVED_GIB = 1.5
"""CUDA context, graphs and fragmentation on each GPU. Assumed; with `_SAMPLED_ROWS` the KV cache of an
8B model comes out within 0.9 % of what vLLM 0.32 reports on an H100 and an H200."""

_SAMPLED_ROWS = 256
"""Rows whose logits are in memory at once, at 8 bytes an entry. Assumed, as above."""


@dataclass(frozen=True, slots=True)
class Gpus:
    """Equal GPUs, in nodes."""

    count: int
    memory_gib: float
    """Of one GPU, as it shows it."""
    per_node: int = 8

    def __post_init__(self) -> None:
        if self.count < 1 or self.per_node < 1 or self.memory_gib <= 0:
            raise ConfigError(
                f"{self.count} GPUs of {self.memory_gib} GiB, {self.per_node} in a node: not possible"
            )


@dataclass(frozen=True, slots=True)
class Need:
    """What a job asks of the GPUs."""

    max_model_len: int
    """Longest prompt plus reply, tokens."""
    row_tokens: int = 700
    """Prompt plus reply of a typical row."""
    max_num_batched_tokens: int = 8192
    """Tokens of one step of the scheduler."""
    utilization: float = 0.92
    """Share of a GPU's memory that the engine may take; vLLM 0.32's default."""

    def __post_init__(self) -> None:
        for name in ("max_model_len", "row_tokens", "max_num_batched_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="at least 1")
        if not 0 < self.utilization <= 1:
            raise ConfigError(f"gpu_memory_utilization is {self.utilization}", hint="above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class GpuBudget:
    """How one GPU's memory is spent, GiB, and what the KV cache of its replica holds."""

    weights_gib: float
    activations_gib: float
    kv_gib: float
    """Negative where the weights alone are too much."""
    kv_tokens: int
    """Of the whole replica: its GPUs hold parts of the same tokens."""


def shown_gib(nominal_gb: float) -> float:
    """What a card sold as `nominal_gb` shows: 80 -> 79.1."""
    return nominal_gb * SHOWN


def budget(shape: ModelShape, need: Need, memory_gib: float, *, tensor: int, pipeline: int) -> GpuBudget:
    """One GPU's budget when a replica is split over tensor x pipeline GPUs."""
    weights = _weights_bytes(shape, tensor, pipeline)
    activations = _activation_bytes(shape, need, tensor)
    kv = memory_gib * GIB * need.utilization - weights - activations - _RESERVED_GIB * GIB
    tokens = int(kv // kv_bytes_per_token(shape, tensor, pipeline)) if kv > 0 else 0
    return GpuBudget(weights / GIB, activations / GIB, kv / GIB, tokens)


def kv_bytes_per_token(shape: ModelShape, tensor: int = 1, pipeline: int = 1) -> float:
    """Bytes of keys and values of one token on one GPU: whole KV heads of its share of the layers."""
    heads = max(1, -(-shape.kv_heads // tensor))
    layers = -(-shape.layers // pipeline)
    return 2 * layers * heads * shape.head_dim * shape.kv_bits / 8


def _weights_bytes(shape: ModelShape, tensor: int, pipeline: int) -> float:
    layers = -(-shape.layers // pipeline)
    body = layers * shape.layer_parameters * shape.weight_bits / 8
    return (body + shape.embedding_parameters * shape.embedding_bits / 8) / tensor


def _activation_bytes(shape: ModelShape, need: Need, tensor: int) -> float:
    width = shape.intermediate * max(1, shape.experts_per_token) + shape.shared_intermediate
    step = need.max_num_batched_tokens * (4 * shape.hidden + 2 * width / tensor) * 2
    return step + _SAMPLED_ROWS * (shape.vocabulary / tensor) * 8
