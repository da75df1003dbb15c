"""Round trip: describe designs, have them built again from the text alone, prove what was built.

A recipe for `run`: the pair is verilog -> text, the ladder is the one rung `roundtrip` (or what is named
below it), and a row that has its text already is scored as it is.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from rtlglot.checks.roundtrip import RoundtripOptions
from rtlglot.errors import UsageError
from rtlglot.formats import open_dataset
from rtlglot.options import by_field, fill, flag, flags, like
from rtlglot.records import Json
from rtlglot.run.deliver import Delivery, ours
from rtlglot.run.spec import Spec, make_spec

_like = partial(like, Spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtripSpec:
    """What to take round, and with whom; with RoundtripOptions its fields are the flags of
    `rtlglot roundtrip`."""

    input: str = _like("input")
    field: str = flag("field with the text", default="description", metavar="FIELD", group="the job")
    verilog: str = flag("field with the design", default="verilog", metavar="FIELD", group="the job")
    output: str = _like("output")
    write: Literal["all", "missing", "none"] = _like(
        "write", names=("--describe",), default="missing",
        help="the rows whose text the model writes; the others' own text is scored", group="the job",
    )  # fmt: skip
    refine: int = flag(
        "send counterexamples back at most N times, for a better text", default=0, metavar="N",
        group="the round trip",
    )  # fmt: skip
    masked: bool = flag(
        "the text is about a part, which is rebuilt into the rest: rows hold the design without it "
        "(`masked`, [MASKED] in its place), the whole, and where it is at hand the part (`block`)",
        default=False, group="the job",
    )  # fmt: skip
    protocol: Literal["", "rtl-benchls", "rtl-benchls-mask"] = flag(
        "a benchmark's rules and its result lines; what is given beside it wins", default="",
        group="the round trip",
    )  # fmt: skip
    check: str = _like(
        "check", default="roundtrip,", help="rungs; `roundtrip` climbs wording and fidelity first"
    )
    prompt: str = _like("prompt")
    existing: Literal["refuse", "replace", "update"] = _like("existing")
    id: str = _like("id")
    map: Mapping[str, str] = _like("map")
    where: str = _like("where")
    limit: int | None = _like("limit")
    format: str = _like("format")
    model: str = _like("model")
    engine: str = _like("engine")
    temperature: float = _like("temperature")
    top_p: float = _like("top_p")
    max_tokens: str = _like("max_tokens")
    truncated: Literal["fail", "keep", "retry"] = _like("truncated")
    seed: int | None = _like("seed")
    set: Mapping[str, Json] = _like("set")
    standard: Literal["v2001", "v2005", "sv2017"] = _like("standard")
    top: str = _like("top")
    blackbox: tuple[str, ...] = _like("blackbox")
    concurrency: int | None = _like("concurrency")
    redo: tuple[str, ...] = _like("redo")
    drain_s: float = _like("drain_s")
    log_file: str = _like("log_file")
    shard: str = _like("shard")
    until: str = _like("until")
    ledger_dir: str = _like("ledger_dir")


_BENCHLS = {
    "format": "rtlglot.formats.benchls:Slices", "write": "all", "max_tokens": "source", "truncated": "keep",
    "temperature": 0.0, "top": "top", "rebuilds": 1, "given": "text+name", "rebuild_max_tokens": 8192,
    "min_score": 1.0, "max_leak": 1.0,
}  # fmt: skip
PROTOCOLS: Mapping[str, Mapping[str, Any]] = {
    "rtl-benchls": _BENCHLS,
    "rtl-benchls-mask": {
        **_BENCHLS, "masked": True, "max_tokens": "source/5", "rebuild_max_tokens": 4096
    },
}  # fmt: skip
"""What a benchmark's rules set. RTL-BenchLS's paper and code say 0.2 and 0 of the temperature: this is the
code's. It refuses no text for what it gives away."""


def results_of(output: Path) -> Path:
    """Where the lines go."""
    return output.with_name(output.name + ".results.jsonl")


def write_results(delivery: Delivery) -> Path:
    """The lines that RTL-BenchLS's runner writes, one a design, into OUTPUT.results.jsonl."""
    target = results_of(delivery.output)
    with target.open("w", encoding="utf-8") as file:
        for path in (delivery.output, delivery.failures):
            if not path.exists():
                continue
            for row in open_dataset(path):
                file.write(json.dumps(_result(row.id, row.fields)) + "\n")
    return target


def _result(id_: str, fields: Mapping[str, Json]) -> dict[str, Json]:
    """Whatever is no proof is a failure there: refusals, time limits, what cannot be compared."""
    status = ours(fields, "status")
    text = fields.get("description") if status == "accepted" else ours(fields, "text")
    told = {name: fields[name] for name in ("verification_type", "mask_type") if name in fields}
    result = {"task_id": id_, **told}
    result |= {"intermediate_tokens": len(text) // 4 if isinstance(text, str) else 0}
    error = {} if status == "accepted" else {"error": f"{ours(fields, 'reason')}: {ours(fields, 'detail')}"}
    return result | {"passed": status == "accepted"} | error


def spec_of(values: Mapping[str, Any]) -> Spec:
    """The Spec of a round trip, of values under the names of its flags (None: not given), those of
    engines included. Raises UsageError by name."""
    given = {name: value for name, value in values.items() if value is not None}
    given = {**PROTOCOLS.get(str(given.get("protocol", "")), {}), **given}
    own = by_field(RoundtripOptions, {n: v for n, v in given.items() if _is_of(RoundtripOptions, n)})
    fill(RoundtripOptions, own)  # refuses what does not fit
    rest = by_field(RoundtripSpec, {n: v for n, v in given.items() if not _is_of(RoundtripOptions, n)})
    known = {f.name for f in dataclasses.fields(RoundtripSpec)}
    job = fill(RoundtripSpec, {name: value for name, value in rest.items() if name in known})
    if job.field == job.verilog:
        raise UsageError(f"text and design are both {job.field!r}", hint="name two different fields")
    told = {f.name: getattr(job, f.name) for f in dataclasses.fields(RoundtripSpec)}
    field, verilog, refine = told.pop("field"), told.pop("verilog"), told.pop("refine")
    masked = told.pop("masked")
    told.pop("protocol")
    parts = dict(job.set)
    parts["check"] = {**parts.get("check", {})}
    parts["check"]["roundtrip"] = {**parts["check"].get("roundtrip", {}), **own}
    engines = {name: value for name, value in rest.items() if name not in known}
    pair = {
        "source": "masked" if masked else verilog,
        "target": field,
        "reference": verilog,
        "repair": refine,
    }
    return make_spec({**told, **pair, **engines, "set": parts})


def _is_of(cls: type, name: str) -> bool:
    return name in flags(cls)
