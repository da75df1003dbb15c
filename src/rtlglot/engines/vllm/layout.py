"""Where the replicas go: which GPUs, which split, how long a context; decided before anything loads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rtlglot.engines.vllm.options import VllmOptions
from rtlglot.errors import ConfigError
from rtlglot.plan import Gpus, ModelShape, Need, Plan, Split, plan
from rtlglot.plan.choose import ENOUGH_ROWS, split_of
from rtlglot.records import Json

_ROUND_TOKENS = 256
"""A context that is cut to what fits is rounded down to a multiple of this."""
_DEFAULT_BATCHED_TOKENS = 8192
_DEFAULT_UTILIZATION = 0.92


@dataclass(frozen=True, slots=True)
class Layout:
    """How vLLM is started."""

    tensor_parallel: int
    pipeline_parallel: int
    devices: tuple[str, ...]
    """CUDA_VISIBLE_DEVICES of each replica; '' leaves it as it is (no GPU)."""
    max_model_len: int | None
    """None leaves it to vLLM."""
    max_num_batched_tokens: int | None
    max_num_seqs: int | None = None
    note: str = ""

    @property
    def replicas(self) -> int:
        return len(self.devices)


def layout(
    options: VllmOptions,
    arguments: Mapping[str, Json],
    gpus: Mapping[str, float],
    shape: ModelShape | None,
    data_tokens: int | None = None,
) -> Layout:
    """Decide. `gpus` are the visible ones with GiB; `shape` is None where the planner has no sums for
    the model; `data_tokens` is the longest prompt plus reply in the data, where that is known.

    Raises ConfigError where it does not fit, with what would.
    """
    wanted = _wanted_tokens(options, shape, data_tokens)
    devices = _devices(options, gpus)
    memory_gib = options.gpu_memory or min((gpus[name] for name in devices), default=None)
    inner = int(_number(arguments, "data_parallel_size", 1))
    if memory_gib is None or shape is None:
        return _unplanned(options, devices, wanted, inner)
    count = len(devices) or options.gpus or 1
    need = Need(
        wanted or shape.context_tokens,
        row_tokens=options.row_tokens,
        max_num_batched_tokens=options.max_num_batched_tokens or _DEFAULT_BATCHED_TOKENS,
        utilization=_number(arguments, "gpu_memory_utilization", _DEFAULT_UTILIZATION),
    )
    made = plan(shape, Gpus(count, memory_gib, per_node=count), need)
    split, note = _choose(made, options), ""
    if split is None and wanted is None:
        need, split = _shortened(made, options)
        note = f"context cut to {need.max_model_len:,} of {shape.context_tokens:,} tokens: no more fits"
    if split is None:
        raise _does_not_fit(made, options)
    replicas = options.data_parallel or max(1, split.data_parallel // inner)
    return _planned(split, need, _slices(devices, split.gpus * inner, replicas), note)


def _planned(split: Split, need: Need, devices: Iterable[str], note: str) -> Layout:
    return Layout(
        tensor_parallel=split.tensor_parallel,
        pipeline_parallel=split.pipeline_parallel,
        devices=tuple(devices),
        max_model_len=need.max_model_len,
        max_num_batched_tokens=need.max_num_batched_tokens,
        # Where memory is tight, vLLM must not set aside more for logits than the planner did.
        max_num_seqs=256 if split.rows_in_flight < 256 else None,
        note=note or (split.reason if "preemption" in split.reason else ""),
    )


def _wanted_tokens(options: VllmOptions, shape: ModelShape | None, data_tokens: int | None) -> int | None:
    if options.max_model_len != "auto":
        return int(options.max_model_len)
    if data_tokens is None:
        return None
    rounded = -(-data_tokens // _ROUND_TOKENS) * _ROUND_TOKENS
    return min(rounded, shape.context_tokens) if shape else rounded


def _devices(options: VllmOptions, gpus: Mapping[str, float]) -> list[str]:
    names = list(gpus)
    if options.gpus is None or not names:  # without any, vLLM's CPU build runs, or vLLM says why not
        return names
    if options.gpus > len(names):
        raise ConfigError(
            f"{options.gpus} GPUs are asked for and {len(names)} are visible",
            hint="lower --gpus, or see CUDA_VISIBLE_DEVICES and nvidia-smi",
        )
    return names[: options.gpus]


def _unplanned(options: VllmOptions, devices: list[str], wanted: int | None, inner: int) -> Layout:
    """Without the sums: what the user says, else one replica over all GPUs.

    `inner` is vLLM's own data parallel, inside one replica.
    """
    pipeline, replicas = options.pipeline_parallel or 1, options.data_parallel or 1
    tensor = options.tensor_parallel or max(1, len(devices) // (pipeline * replicas * inner))
    note = ""
    if devices and options.tensor_parallel is None:
        note = f"the planner has no sums for this model: tensor parallel {tensor}"
    return Layout(
        tensor_parallel=tensor,
        pipeline_parallel=pipeline,
        devices=tuple(_slices(devices, tensor * pipeline * inner, replicas)),
        max_model_len=wanted,
        max_num_batched_tokens=options.max_num_batched_tokens,
        note=note,
    )


def _slices(devices: list[str], size: int, replicas: int) -> Iterator[str]:
    if not devices:
        yield from [""] * replicas
        return
    if size * replicas > len(devices):
        raise ConfigError(
            f"{replicas} replicas of {size} GPUs are asked for and {len(devices)} GPUs are to be used",
            hint="lower data_parallel or tensor_parallel",
        )
    for start in range(0, size * replicas, size):
        yield ",".join(devices[start : start + size])


def _choose(made: Plan, options: VllmOptions) -> Split | None:
    """The planner's choice, within what the user has fixed."""
    if not (options.tensor_parallel or options.pipeline_parallel or options.data_parallel):
        return made.chosen
    allowed = [split for split in _allowed(made, options) if split.fits]
    return max(allowed, key=lambda split: (split.rows_in_flight >= ENOUGH_ROWS, -split.gpus), default=None)


def _allowed(made: Plan, options: VllmOptions) -> list[Split]:
    splits = made.alternatives
    if options.pipeline_parallel and options.pipeline_parallel > 1:
        # The planner offers no pipeline inside a node; a user may have reasons.
        pairs = [(split.tensor_parallel, options.pipeline_parallel) for split in splits if split.budget]
        fitting = [pair for pair in pairs if pair[0] * pair[1] <= made.gpus.count]
        splits = tuple(split_of(made.shape, made.gpus, made.need, pair) for pair in fitting)
    return [
        split
        for split in splits
        if options.tensor_parallel in (None, split.tensor_parallel)
        and options.pipeline_parallel in (None, split.pipeline_parallel)
        and (options.data_parallel or 1) <= split.data_parallel
    ]


def _shortened(made: Plan, options: VllmOptions) -> tuple[Need, Split | None]:
    """The longest context that fits, where the whole one does not."""
    budgets = [split.budget for split in _allowed(made, options) if split.budget is not None]
    most = max((spent.kv_tokens for spent in budgets), default=0)
    tokens = most // _ROUND_TOKENS * _ROUND_TOKENS
    if tokens < made.need.row_tokens:
        return made.need, None
    need = replace(made.need, max_model_len=tokens)
    return need, _choose(plan(made.shape, made.gpus, need), options)


def _does_not_fit(made: Plan, options: VllmOptions) -> ConfigError:
    fixed = [
        f"{name} {value}"
        for name in ("tensor_parallel", "pipeline_parallel", "data_parallel")
        if (value := getattr(options, name)) is not None
    ]
    gpus = f"{made.gpus.count} GPU{'s' if made.gpus.count > 1 else ''} of {made.gpus.memory_gib:.1f} GiB"
    with_what = f" with {', '.join(fixed)}" if fixed else ""
    if made.chosen is not None:
        best = made.chosen
        hint = f"tensor_parallel {best.tensor_parallel}, data_parallel {best.data_parallel} would fit"
    else:
        hint = "; or ".join(made.would_fit) or "see rtlglot plan"
    return ConfigError(
        f"{made.shape.name} with {made.need.max_model_len:,} tokens of context does not fit "
        f"{gpus}{with_what}",
        hint=hint,
    )


def _number(arguments: Mapping[str, Json], name: str, default: float) -> float:
    value = arguments.get(name, default)
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"engine.vllm.{name} is {value!r}", hint="a number") from error
