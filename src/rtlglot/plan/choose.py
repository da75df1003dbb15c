"""Which split: every possible one with its reason, and the one to take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rtlglot.errors import ConfigError
from rtlglot.plan.memory import GpuBudget, Gpus, Need, budget
from rtlglot.plan.shape import ModelShape

ENOUGH_ROWS = 128
"""Rows in flight that keep a replica busy without preemption. With fewer, a larger split pays."""

_MOST_GPUS = 64
"""How far `would_fit` looks."""


@dataclass(frozen=True, slots=True)
class Split:
    """One way to spread a model over GPUs."""

    tensor_parallel: int
    pipeline_parallel: int
    data_parallel: int
    """Independent replicas."""
    budget: GpuBudget | None
    """None where the split is not possible at all."""
    rows_in_flight: int
    """Of one replica, at the need's tokens a row."""
    fits: bool
    reason: str

    @property
    def gpus(self) -> int:
        """GPUs of one replica."""
        return self.tensor_parallel * self.pipeline_parallel

    @property
    def rows_in_flight_total(self) -> int:
        return self.rows_in_flight * self.data_parallel


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked, every alternative, and the choice."""

    shape: ModelShape
    gpus: Gpus
    need: Need
    alternatives: tuple[Split, ...]
    chosen: Split | None
    """None where nothing fits."""
    would_fit: tuple[str, ...] = ()
    """Where nothing fits: what would, a sentence each."""


def plan(shape: ModelShape, gpus: Gpus, need: Need) -> Plan:
    """The table of alternatives and the choice. Raises ConfigError for a context beyond the model's.

    The choice: of the splits that fit, none larger than the smallest that keeps `ENOUGH_ROWS` in
    flight, the one with the most rows in flight over all replicas. So a model that fits one GPU is
    replicated, and a model that barely fits is given more GPUs.
    """
    if need.max_model_len > shape.context_tokens:
        raise ConfigError(
            f"max_model_len is {need.max_model_len}, but {shape.name} was made for "
            f"{shape.context_tokens} tokens"
        )
    splits = tuple(_splits(shape, gpus, need))
    best = _best(splits)
    if best is None:
        return Plan(shape, gpus, need, splits, None, tuple(_would_fit(shape, gpus, need)))
    chosen = replace(best, reason=_why(best))
    explained = tuple(chosen if split is best else _explain(split, best) for split in splits)
    return Plan(shape, gpus, need, explained, chosen)


def _best(splits: tuple[Split, ...]) -> Split | None:
    fitting = [split for split in splits if split.fits]
    enough = [split.gpus for split in fitting if split.rows_in_flight >= ENOUGH_ROWS]
    limit = min(enough, default=max((split.gpus for split in fitting), default=0))
    small = [split for split in fitting if split.gpus <= limit]
    return max(small, key=lambda split: (split.rows_in_flight_total, -split.gpus), default=None)


def _splits(shape: ModelShape, gpus: Gpus, need: Need) -> Iterator[Split]:
    """Tensor parallel inside a node, pipeline parallel only across nodes."""
    for tensor in range(1, min(gpus.count, gpus.per_node) + 1):
        refusal = _refusal(shape, tensor)
        if not refusal:
            yield split_of(shape, gpus, need, (tensor, 1))
        elif gpus.count % tensor == 0:
            yield Split(tensor, 1, gpus.count // tensor, None, 0, fits=False, reason=refusal)
    widest = max(t for t in range(1, gpus.per_node + 1) if not _refusal(shape, t))
    for pipeline in range(2, min(gpus.count // widest, shape.layers) + 1):
        if widest * pipeline > gpus.per_node:
            yield split_of(shape, gpus, need, (widest, pipeline))


def _refusal(shape: ModelShape, tensor: int) -> str:
    if shape.heads % tensor:
        return f"{tensor} does not divide {shape.heads} heads"
    if shape.kv_heads % tensor and tensor % shape.kv_heads:
        return f"{tensor} and {shape.kv_heads} KV heads do not divide"
    if shape.intermediate % tensor:
        return f"{tensor} does not divide an MLP of {shape.intermediate}"
    return ""


def split_of(shape: ModelShape, gpus: Gpus, need: Need, size: tuple[int, int]) -> Split:
    """What becomes of one split, (tensor, pipeline) parallel, wise or not."""
    tensor, pipeline = size
    spent = budget(shape, need, gpus.memory_gib, tensor=tensor, pipeline=pipeline)
    fits = spent.kv_tokens >= need.max_model_len
    # No row is longer than the context that was asked for.
    rows = spent.kv_tokens // min(need.row_tokens, need.max_model_len)
    if fits:
        reason = "fits"
    elif spent.kv_gib <= 0:
        reason = "weights too big"
    else:
        reason = f"KV cache holds {spent.kv_tokens:,} tokens"
    return Split(tensor, pipeline, gpus.count // (tensor * pipeline), spent, rows, fits, reason)


def _why(best: Split) -> str:
    if best.rows_in_flight < ENOUGH_ROWS:
        return f"under {ENOUGH_ROWS} rows: preemption"
    return f"smallest with {ENOUGH_ROWS} rows"


def _explain(split: Split, best: Split) -> Split:
    if not split.fits:
        return split
    if split.gpus > best.gpus:
        if best.data_parallel > split.data_parallel:
            return replace(split, reason="fewer replicas")
        return replace(split, reason="more GPUs than needed")
    return replace(split, reason=f"under {ENOUGH_ROWS} rows: preemption")


def _would_fit(shape: ModelShape, gpus: Gpus, need: Need) -> Iterator[str]:
    """What to change, smallest change first: context, precision, GPUs, memory."""
    tokens = max(s.budget.kv_tokens for s in _splits(shape, gpus, need) if s.budget is not None)
    if tokens >= need.row_tokens:
        yield f"a context of at most {tokens:,} tokens: --max-model-len {tokens}"
    for name, bits in (("fp8", 8.0), ("awq", 4.16)):
        lighter = replace(shape, weight_bits=min(bits, shape.weight_bits))
        if lighter != shape and any(s.fits for s in _splits(lighter, gpus, need)):
            yield f"weights at {bits:.0f} bits: --quantization {name}" + (
                " (a checkpoint made so)" if name == "awq" else ""
            )
            break
    for count in range(gpus.count + 1, _MOST_GPUS + 1):
        if any(s.fits for s in _splits(shape, replace(gpus, count=count), need)):
            yield f"{count} GPUs of {gpus.memory_gib:.1f} GiB: --gpus {count}"
            return
