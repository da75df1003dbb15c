"""`rtlglot plan`: does a model fit these GPUs, and how to split it, before anything loads."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import print_json
from rtlglot.engines import OPTIONS
from rtlglot.errors import UsageError
from rtlglot.options import flag, like
from rtlglot.plan import Gpus, ModelShape, Need, Plan, Split, load_shape, plan, shown_gib
from rtlglot.plan.memory import kv_bytes_per_token
from rtlglot.plan.observed import seen_it_s
from rtlglot.run.spec import Spec

_DESCRIPTION = """\
Weights, KV cache, rows in flight and the best split of a model over GPUs,
from its config.json alone: before anything loads or is downloaded."""

_EPILOG = """\
examples:
  rtlglot plan --model meta-llama/Llama-3.1-70B-Instruct --gpus 4 --gpu-memory 80

  # what a shorter context changes
  rtlglot plan --model meta-llama/Llama-3.1-8B-Instruct --gpus 4 \\
      --gpu-memory 80 --max-model-len 8192

  # the context from your own rows
  rtlglot plan --model ./my-model --gpus 1 --gpu-memory 24 --max-model-len auto \\
      --input rtl.jsonl --from instruction --to verilog --max-tokens 1000

  # a card by the memory it shows, as JSON
  rtlglot plan --model Qwen/Qwen2.5-Coder-32B-Instruct --gpus 2 \\
      --gpu-memory 44.5GiB --json

The exit code is 1 when nothing fits. Nothing is downloaded: a model is known by
name, a folder with a config.json, or a hub model in the local cache."""


def gib(text: str) -> float:
    """'80' or '80GB' as sold, '79.1GiB' or '81000MiB' as shown -> GiB as shown."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(GB|G|GiB|MiB)?\s*", text)
    if match is None or float(match[1]) <= 0:
        raise UsageError(
            f"--gpu-memory {text!r} is no amount of memory", hint="expected e.g. 80, 79.1GiB, 81000MiB"
        )
    amount = float(match[1])
    return {"GiB": amount, "MiB": amount / 1024}.get(match[2], shown_gib(amount))


_vllm = partial(like, OPTIONS.load("vllm"), group="")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flags:
    model: str = flag("a name, a folder or a config.json", "--model", metavar="MODEL")
    gpus: int | None = _vllm("gpus", help="number of GPUs (default: those of this machine)")
    gpu_memory: str = flag(
        "of one GPU: 80 is a card sold as 80 GB (it shows 79.1 GiB), 44.5GiB is what it shows",
        default="", metavar="GB",
    )  # fmt: skip
    gpus_per_node: int = flag("GPUs that one machine has", default=8, metavar="N")
    max_model_len: str = _vllm(
        "max_model_len",
        default="",
        help="longest prompt plus reply; auto: that of --input or --prompt-tokens, plus --max-tokens "
        "(default: the model's)",
    )
    prompt_tokens: int | None = flag("of the longest prompt, for auto", default=None, metavar="N")
    input: str = flag("a dataset whose longest prompt counts, for auto", default="", metavar="FILE")
    source: str = like(Spec, "source", group="", default="instruction")
    target: str = like(Spec, "target", group="", default="verilog")
    max_tokens: int = flag("of a reply, for auto", default=500, metavar="N")
    row_tokens: int = flag("of a typical row", default=700, metavar="N")
    max_num_batched_tokens: int = _vllm("max_num_batched_tokens", default=8192)
    gpu_memory_utilization: float = flag("share of its memory to use", default=0.92, metavar="SHARE")
    dtype: str = flag("of the weights: auto, bfloat16, float16, float32", default="auto", metavar="NAME")
    quantization: str = flag("fp8, int8, awq, gptq …", default="", metavar="NAME")
    kv_cache_dtype: str = flag("auto, bfloat16, fp8", default="auto", metavar="NAME")

    def __post_init__(self) -> None:
        given = self.max_model_len
        if given not in ("", "auto") and (not given.isdecimal() or int(given) < 1):
            raise UsageError(f"--max-model-len is {given!r}", hint="expected a number of tokens, or auto")


def _call(given: Given) -> int:
    """Print the plan; 1 where nothing fits."""
    flags = take(_Flags, given)
    shape = load_shape(flags.model).with_precision(
        dtype=flags.dtype, quantization=flags.quantization, kv_dtype=flags.kv_cache_dtype
    )
    need = Need(
        _context_tokens(flags, shape),
        flags.row_tokens,
        flags.max_num_batched_tokens,
        flags.gpu_memory_utilization,
    )
    made = plan(shape, _gpus(flags), need)
    print_json(_json(made)) if take(AsJson, given).json else print(_text(made))
    return 0 if made.chosen else 1


def _gpus(flags: _Flags) -> Gpus:
    from rtlglot.engines.vllm.gpus import visible_gpus

    memory_gib = gib(flags.gpu_memory) if flags.gpu_memory else None
    here = list(visible_gpus().values()) if flags.gpus is None or memory_gib is None else []
    if not here and (flags.gpus is None or memory_gib is None):
        raise UsageError("no GPU is seen on this machine", hint="say which: --gpus 4 --gpu-memory 80")
    return Gpus(
        count=flags.gpus if flags.gpus is not None else len(here),
        memory_gib=memory_gib if memory_gib is not None else min(here),
        per_node=flags.gpus_per_node,
    )


def _context_tokens(flags: _Flags, shape: ModelShape) -> int:
    if not flags.max_model_len:
        return shape.context_tokens
    if flags.max_model_len != "auto":
        return int(flags.max_model_len)
    return min(shape.context_tokens, _prompt_tokens(flags) + flags.max_tokens)


def _prompt_tokens(flags: _Flags) -> int:
    if flags.prompt_tokens is not None:
        return flags.prompt_tokens
    if not flags.input:
        raise UsageError(
            "--max-model-len auto needs to know the longest prompt",
            hint="give --input FILE with --from and --to, or --prompt-tokens N",
        )
    from rtlglot.jobs.longest import longest_prompt
    from rtlglot.records import Pair

    found = longest_prompt(flags.input, Pair(flags.source, flags.target), flags.model)
    how = "counted" if found.exact else "estimated: the model's tokenizer is not here"
    print(f"longest prompt of {found.rows:,} rows: {found.tokens:,} tokens, {how}", file=sys.stderr)
    return found.tokens


def _json(made: Plan) -> dict[str, Any]:
    """The plan as JSON values; tokens and rows are those of one replica unless they say total."""
    chosen = _split_json(made, made.chosen) if made.chosen else dict.fromkeys(_SPLIT_KEYS)
    return {
        "model": made.shape.name,
        "parameters": made.shape.parameters,
        "gpus": made.gpus.count,
        "gpu_memory_gib": round(made.gpus.memory_gib, 2),
        "max_model_len": made.need.max_model_len,
        "row_tokens": made.need.row_tokens,
        **chosen,
        "fits": made.chosen is not None,
        "alternatives": [_split_json(made, split) for split in made.alternatives],
        "would_fit": list(made.would_fit),
        "notes": list(made.shape.notes),
    }


_SPLIT_KEYS = (
    "tensor_parallel", "pipeline_parallel", "data_parallel", "gpus_idle", "fits", "weights_gib_per_gpu",
    "activations_gib_per_gpu", "kv_gib_per_gpu", "kv_bytes_per_token_per_gpu", "kv_tokens",
    "contexts_in_flight", "rows_in_flight", "rows_in_flight_total", "seen_it_s_per_replica", "reason",
)  # fmt: skip


def _split_json(made: Plan, split: Split) -> dict[str, Any]:
    spent = split.budget
    tensor, pipeline = split.tensor_parallel, split.pipeline_parallel
    values = (
        tensor,
        pipeline,
        split.data_parallel,
        made.gpus.count - split.gpus * split.data_parallel,
        split.fits,
        round(spent.weights_gib, 2) if spent else None,
        round(spent.activations_gib, 2) if spent else None,
        round(spent.kv_gib, 2) if spent else None,
        kv_bytes_per_token(made.shape, tensor, pipeline) if spent else None,
        spent.kv_tokens if spent else 0,
        round(spent.kv_tokens / made.need.max_model_len, 2) if spent else 0,
        split.rows_in_flight,
        split.rows_in_flight_total,
        seen_it_s(made, split),
        split.reason,
    )
    return dict(zip(_SPLIT_KEYS, values, strict=True))


def _text(made: Plan) -> str:
    """The plan as a table of at most 80 columns."""
    gpus, need = made.gpus, made.need
    lines = [
        f"{made.shape.name}: {made.shape.parameters / 1e9:.2f} billion parameters",
        f"{gpus.count} GPU{'s' if gpus.count > 1 else ''} of {gpus.memory_gib:.1f} GiB, "
        f"{need.max_model_len:,} tokens of context, {need.row_tokens:,} tokens a row",
        "",
        "   tp pp dp weights      KV  KV tokens   rows   it/s",
    ]
    lines += [_line(made, split) for split in made.alternatives]
    lines += ["", *_legend(made), *(f"note: {note}" for note in made.shape.notes), *_advice(made)]
    return "\n".join(line.rstrip() for line in lines)


def _line(made: Plan, split: Split) -> str:
    mark = "*" if split is made.chosen else " "
    head = f" {mark} {split.tensor_parallel:2} {split.pipeline_parallel:2} {split.data_parallel:2}"
    if split.budget is None:
        return f"{head} {'-':>7} {'-':>7} {'-':>10} {'-':>6} {'':>6}  {split.reason}"
    spent = split.budget
    rows = f"{split.rows_in_flight:,}" if split.fits else "no"
    seen = seen_it_s(made, split) if split.fits else None
    rate = (
        ""
        if seen is None
        else f"{seen:.1f}"
        if split.data_parallel == 1
        else f"~{seen * split.data_parallel:.0f}"
    )
    kv = f"{spent.kv_gib:7.1f}" if spent.kv_gib > 0 else f"{'none':>7}"
    return f"{head} {spent.weights_gib:7.1f} {kv} {spent.kv_tokens:10,} {rows:>6} {rate:>6}  {split.reason}"


def _legend(made: Plan) -> list[str]:
    lines = [
        "tp, pp, dp: tensor, pipeline, data parallel. weights, KV: GiB on each GPU.",
        "tokens, rows: in one replica.",
    ]
    if any(split.fits and seen_it_s(made, split) is not None for split in made.alternatives):
        lines[-1] += " it/s: seen on H100 80 GB without prefix caching;"
        lines.append("with ~, that of one replica times dp, which nobody has measured.")
    return lines


def _advice(made: Plan) -> list[str]:
    chosen = made.chosen
    if chosen is None:
        lines = ["Nothing fits." + (" What would:" if made.would_fit else "")]
        return ["", *lines, *(f"  {sentence}" for sentence in made.would_fit)]
    idle = made.gpus.count - chosen.gpus * chosen.data_parallel
    lines = [f"{idle} GPU{'s' if idle > 1 else ''} left over."] if idle else []
    take = f"--tensor-parallel {chosen.tensor_parallel}"
    if chosen.pipeline_parallel > 1:
        take += f" --pipeline-parallel {chosen.pipeline_parallel}"
    take += f" --data-parallel {chosen.data_parallel} --max-model-len {made.need.max_model_len}"
    return ["", *lines, f"Take: {take}"]


COMMAND = Command(
    help="does a model fit these GPUs, and how to split it",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags, AsJson),
    call=_call,
)
