"""Spec: a recipe's ingredients plus where and how to run it. One dataclass for flags, spec file and library.

Every field is a flag (`max_tokens` is `--max-tokens`), described here and nowhere else. A spec file is TOML
with the same names; `[set.engine]` and `[set.check.NAME]` hold the options of the parts.
"""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import orjson

from rtlglot.engines import OPTIONS
from rtlglot.errors import UsageError
from rtlglot.formats import shard_from
from rtlglot.formats.decompress import MAX_RECORD_BYTES
from rtlglot.options import by_field, fill, flag, flags, refuse_below, refuse_unlisted
from rtlglot.records import Json, Pair, Reason, Status
from rtlglot.registry import did_you_mean
from rtlglot.run.until import end_time


def _deep_merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Nested dicts, `above` wins."""
    merged = dict(below)
    for name, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(name), Mapping):
            value = _deep_merge(merged[name], value)
        merged[name] = value
    return merged


def _parse_map(value: Mapping[str, str] | list[str]) -> dict[str, str]:
    """{'instruction': 'Instruction'}, also from ['instruction=Instruction']."""
    if isinstance(value, Mapping):
        return dict(value)
    result = {}
    for rename in value:
        new, equals, old = rename.partition("=")
        if not (new and equals and old):
            raise UsageError(f"--map {rename!r} is not understood", hint="write NEW=OLD")
        result[new] = old
    return result


def _parse_set(value: Mapping[str, Any] | list[str]) -> dict[str, Any]:
    """Nested dicts, also from ['engine.key=value', 'check.synth.strict=true'], of texts then."""
    if isinstance(value, Mapping):
        return dict(value)
    result: dict[str, Any] = {}
    for assignment in value:
        name, equals, text = assignment.partition("=")
        parts = name.split(".")
        if not equals or len(parts) < 2 or parts[0] not in ("engine", "check") or not all(parts):
            raise UsageError(
                f"--set {assignment!r} is not understood",
                hint="write engine.KEY=VALUE or check.NAME.KEY=VALUE",
            )
        nested: Any = text
        for part in reversed(parts):
            nested = {part: nested}
        result = _deep_merge(result, nested)
    return result


def _parse_shard(value: str | Sequence[str]) -> str:
    """'2/8', also from ['slurm'] in a job array."""
    return str(shard_from(value if isinstance(value, str) else value[-1]) or "")


def _parse_names(value: str | Sequence[str]) -> tuple[str, ...]:
    """('a', 'b', 'c'), also from ['a,b', 'c']."""
    texts = [value] if isinstance(value, str) else value
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


FEWEST_OF_SOURCE, MOST_OF_SOURCE = 256, 4096
"""Tokens of a reply that may be as long as its source."""

_job = partial(flag, group="the job")
_model = partial(flag, group="the model")
_checked = partial(flag, group="what is checked")
_rows = partial(flag, group="which rows")
_running = partial(flag, group="how it runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What to do, with what, from where to where."""

    input: str = flag("JSON, JSONL, CSV, TSV, Parquet, a folder of Verilog, or - for standard input", "INPUT")
    source: str = _job("field to translate from", "--from", metavar="FIELD")
    target: str = _job("field to translate to", "--to", metavar="FIELD")
    output: str = _job(
        "default: named after input, model and field; format by suffix",
        "-o", "--output", default="", metavar="FILE",
    )  # fmt: skip
    prompt: str = _job("a prompt of your own, for any pair of fields", default="", metavar="FILE.md")
    examples: str = _job("rows with both fields, shown to the model first", default="", metavar="FILE")
    existing: Literal["refuse", "replace", "update"] = _job(
        "an output that rtlglot did not write; update keeps its rows that the input lacks", default="refuse"
    )

    id: str = _rows("default: the dict's key, id, task_id, rtl_id, line", default="", metavar="FIELD")
    map: Mapping[str, str] = _rows(
        "rename a field of the input; repeatable", default={}, metavar="NEW=OLD", parse=_parse_map
    )
    where: str = _rows("only rows for which this Jinja2 test holds", default="", metavar="EXPRESSION")
    limit: int | None = _rows("only the first N rows", default=None, metavar="N")
    shard: str = _rows(
        "only this part of them, on this machine; slurm: that of the job array. See rtlglot merge",
        default="", metavar="I/N", parse=_parse_shard,
    )  # fmt: skip
    max_record: int = _rows("refuse a record of more bytes", default=MAX_RECORD_BYTES, metavar="BYTES")
    format: str = _rows("of the input, where its name does not tell", default="", metavar="NAME")

    model: str = _model(".gguf file, embedded name, URL or hub id (default: embedded)", default="")
    engine: str = _model("openvino, openai, vllm, scripted (default: from the model)", default="")
    temperature: float = _model("0 is greedy", default=0.4)
    top_p: float = _model("share of the likeliest tokens", default=0.9)
    max_tokens: str = _model(
        "most tokens of a reply; auto: from the pair and what the context leaves; source: as many as "
        "the row's source has (256 to 4,096), or is left out in it; source/5: a fifth of them (from 64)",
        default="auto",
        metavar="N",
    )
    truncated: Literal["fail", "keep", "retry"] = _model(
        "a reply that was cut: a failed row, kept as it is (unexamined), or asked once more with more room",
        default="fail",
    )
    seed: int | None = _model("draw each request's seed from this", default=None)
    samples: int = _model("replies per row", default=1, metavar="N")
    choose: str = _model("of several samples: first, best, consensus, all", default="first")
    set: Mapping[str, Json] = _model(
        "a part's own option: engine.KEY, check.NAME.KEY",
        default={}, metavar="PART.KEY=VALUE", parse=_parse_set,
    )  # fmt: skip
    share: bool = _model("ask identical requests each anew", "--no-share", default=True)

    emit_batch: str = flag(
        "write requests to a batch file, ask nothing", default="", metavar="FILE", group="batch files"
    )
    ingest_batch: str = flag(
        "take the replies from a file of results", default="", metavar="FILE", group="batch files"
    )

    check: str = _checked(
        "comma list, the highest rung to climb to, or none (default: what fits the target)",
        default="default", metavar="RUNGS", also=("--verify",),
    )  # fmt: skip
    strict: bool = _checked(
        "reject for what is a warning: latches, loops, widths; vague texts", default=False
    )
    write: Literal["all", "missing", "none"] = _checked(
        "the rows whose text the model writes; where it does not, the row's own text is examined",
        default="all",
    )  # fmt: skip
    repair: int = _checked("send rejected text back at most N times", default=0, metavar="N")
    standard: Literal["v2001", "v2005", "sv2017"] = _checked("language", "--std", default="sv2017")
    reference: str = _checked(
        "Verilog to compare with (default: the target's field)", default="", metavar="FIELD"
    )
    testbench: str = _checked("a testbench for the candidate", default="", metavar="FIELD")
    files: str = _checked(
        "data that the testbench reads: an object of file names and texts", default="", metavar="FIELD"
    )
    interface: str = _checked("a header that candidates must have, or auto", default="", metavar="FIELD")
    top: str = _checked(
        "the top module: its name, or a field that holds it", default="", metavar="NAME|FIELD"
    )
    blackbox: tuple[str, ...] = _checked(
        "a module whose inside is not there; comma list, repeatable",
        default=(), metavar="NAME", parse=_parse_names,
    )  # fmt: skip
    require_coverage: float = _checked(
        "the share of a design's ports and facts of which a text must speak", default=0.0, metavar="X"
    )
    require: Literal["auto", "proved", "rebuilt", "tested", "synthesised", "read"] = _checked(
        "what must be known of a text for it to be accepted", default="auto"
    )

    concurrency: int | None = _running("rows in flight (default: the engine's)", default=None, metavar="N")
    redo: tuple[str, ...] = _running(
        "work out again the rows with these statuses or reasons, keep the rest", default=(), metavar="LIST"
    )
    drain_s: float = _running("seconds for what is in flight", "--drain", default=10.0, metavar="S")
    log_file: str = _running("default: OUTPUT.log", default="", metavar="FILE")
    until: str = _running(
        "end before this time, resumable: 06:30, 2026-11-27T06:30, or slurm: before the job's end",
        default="", metavar="TIME",
    )  # fmt: skip
    ledger_dir: str = _running(
        "a folder on a local disk to keep the ledger in; copies of it go beside the output",
        default="", metavar="FOLDER",
    )  # fmt: skip
    cluster: str = _running(
        "work on this Ray cluster: its address, or auto; OUTPUT is a folder then",
        default="",
        metavar="ADDRESS",
    )
    replicas: int | None = _running(
        "engines on the cluster (default: one for each share of its GPUs, else for each node)",
        default=None, metavar="N",
    )  # fmt: skip
    gpus_per_replica: float = _running("GPUs that each of them gets", default=0.0, metavar="K")
    keep_think: bool = _running("export the reasoning beside the text", default=False)

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        refuse_below(0, self, "", "samples", "concurrency", "limit", "replicas")
        refuse_below(0, self, "", "repair", "temperature", "drain_s", "gpus_per_replica", inclusive=True)
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p is {self.top_p}", hint="expected a number above 0 and at most 1")
        number = self.max_tokens.isdecimal() and int(self.max_tokens)
        if self.max_tokens != "auto" and not self.source_share and not number:
            raise UsageError(
                f"max_tokens is {self.max_tokens!r}", hint="expected a number above 0, auto or source"
            )
        _check_redo(self.redo)
        if self.until:
            end_time(self.until)
        if self.emit_batch and self.ingest_batch:
            raise UsageError("emit_batch and ingest_batch exclude each other")
        if self.source == self.target:
            raise UsageError(f"from and to are both {self.source!r}", hint="name two different fields")

    @property
    def pair(self) -> Pair:
        """What is translated into what."""
        return Pair(self.source, self.target)

    @property
    def source_share(self) -> int:
        """N, where a reply may have an Nth of its source's tokens; 0 where its length is another."""
        source, _, share = self.max_tokens.partition("/")
        return 0 if source != "source" else int(share) if share.isdecimal() else int(not share)

    @property
    def engine_options(self) -> Mapping[str, Json]:
        """The engine's own options."""
        return dict(self.set.get("engine", {}))

    @property
    def check_options(self) -> Mapping[str, Mapping[str, Json]]:
        """Each check's own options."""
        return dict(self.set.get("check", {}))


def describe(spec: Any) -> str:
    """A job's spec as JSON, for the ledger."""
    return orjson.dumps(dataclasses.asdict(spec), default=str).decode()


def _check_redo(names: tuple[str, ...]) -> None:
    known = [kind.value for kind in (*Status, *Reason)]
    for name in names:
        if name not in known:
            raise UsageError(f"redo: {name!r} is no status and no reason", hint=did_you_mean(name, known))


def make_spec(values: Mapping[str, Any], spec_file: str = "") -> Spec:
    """A Spec from flags (None: not given) over a spec file. Raises UsageError by name."""
    given = {name: value for name, value in values.items() if value is not None}
    below = _named(_read_file(spec_file), f"the spec file {spec_file}") if spec_file else {}
    return fill(Spec, _deep_merge(below, _named(given, "a spec")))


@functools.cache
def engine_flags() -> dict[str, str]:
    """Options of engines that have a flag of their own -> the engine; others go through `set`."""
    return {name: engine for engine in OPTIONS for name in flags(OPTIONS.load(engine))}


def _named(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Under the Spec's names, parsed; the flags of engines in their place in `set`."""
    named, engine = by_field(Spec, values), {}
    for name in engine_flags():
        if name in named:
            engine[name] = named.pop(name)
    for name in named:
        if name not in flags(Spec):
            raise UsageError(f"{where} has no option {name!r}", hint=did_you_mean(name, flags(Spec)))
    return {**named, "set": _deep_merge({"engine": engine} if engine else {}, named.get("set", {}))}


def _read_file(path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the spec file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the spec file {path} is not TOML: {error}") from error
