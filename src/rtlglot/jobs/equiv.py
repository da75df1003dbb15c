"""Are two designs equivalent: the check of that name on two files, without a ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from rtlglot.checks.ladder import proving
from rtlglot.errors import UsageError
from rtlglot.formats import open_dataset
from rtlglot.options import flag, like, refuse_below, refuse_unlisted
from rtlglot.records import Context, Json, Verdict
from rtlglot.run.examine import sound_verdict
from rtlglot.run.spec import Spec
from rtlglot.sandbox import open_box


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivSpec:
    """Which designs, and how long they are looked at; its fields are the flags of `rtlglot equiv`."""

    reference: str = flag("the design that is right: a file of Verilog, or - for standard input", "REFERENCE")
    candidate: str = flag("the design that is held against it", "CANDIDATE")
    top: str = flag("the top module of both (default: the only one)", default="", metavar="NAME")
    blackbox: tuple[str, ...] = like(Spec, "blackbox", group="")
    standard: Literal["v2001", "v2005", "sv2017"] = like(Spec, "standard", group="")
    limit: float = flag("CPU seconds of the solvers for the proof", default=60.0, metavar="S")
    set: Mapping[str, Json] = like(
        Spec, "set", help="the check's own option", metavar="check.equivalence.KEY=VALUE", group=""
    )

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        refuse_below(0, self, "", "limit")


def equiv(spec: EquivSpec) -> Verdict:
    """What the check says of the candidate. Raises UsageError and InputError."""
    texts = {path: _text(path) for path in (spec.reference, spec.candidate)}
    options = spec.set.get("check", {})
    if set(spec.set) - {"check"} or set(options) - {"equivalence"}:
        raise UsageError("only the check equivalence is asked", hint="--set check.equivalence.KEY=VALUE")
    context = Context(
        reference=texts[spec.reference],
        standard=spec.standard,
        top=spec.top or None,
        blackboxes=spec.blackbox,
    )
    return prove(texts[spec.candidate], context, {"limit_s": spec.limit, **options.get("equivalence", {})})


def prove(candidate: str, context: Context, options: Mapping[str, Json]) -> Verdict:
    """What the check, with these options, says of a text that its context's reference is held against."""
    check = proving({"equivalence": options})

    async def ask() -> Verdict:
        async with AsyncExitStack() as stack:
            box = open_box()
            stack.push_async_callback(box.aclose)
            return await sound_verdict(check, candidate, context, box)

    return asyncio.run(ask())


def _text(path: str) -> str:
    with open_dataset(path, format="verilog") as dataset:
        rows = [str(row.fields["verilog"]) for row in dataset]
    if len(rows) != 1:
        raise UsageError(f"{path} is a folder", hint="name a file; rtlglot check compares many at once")
    return rows[0]
