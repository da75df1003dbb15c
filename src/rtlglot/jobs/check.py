"""Check: the walk of rows whose text is their own: a verdict per rung for every design of a dataset.

Verdicts are kept in a ledger beside the output as they are given, so a stopped check goes on where it
was, and a check added later costs only itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import orjson

from rtlglot.checks import Check
from rtlglot.checks.ladder import kind_of, ladder, skipped
from rtlglot.errors import DuplicateId, UsageError
from rtlglot.formats import Selection, check_writable, format_of, open_dataset, open_writer, text_of
from rtlglot.jobs.verdicts import flat, nested, tools_of
from rtlglot.ledger import Ledger
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.options import flag, like, refuse_unlisted
from rtlglot.records import Context, Json, Pair, Reason, Sampling, Status
from rtlglot.run.context import ContextFields, context_fields
from rtlglot.run.deliver import ending_of, refuse_foreign
from rtlglot.run.examine import Examine
from rtlglot.run.judge import Judge
from rtlglot.run.settle import Rows, Settler
from rtlglot.run.spec import Spec
from rtlglot.run.walk import Eye, walk_own
from rtlglot.run.watch import Nobody, Tally, Watch
from rtlglot.sandbox import open_box

log = logging.getLogger("rtlglot")

IN_FLIGHT_PER_CORE = 48
"""Enough to fill shared forks."""
DRAIN_S = 3.0
"""Wait for what is in flight after a signal: what is lost then is worked out again, and costs no money."""


_checked = partial(like, Spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What to check, with what, and where the verdicts go; its fields are the flags of `rtlglot check`."""

    input: str = _checked("input")
    output: str = flag("JSONL, CSV or Parquet", "-o", "--output", metavar="VERDICTS")
    field: str = flag("field with the candidate", default="verilog", metavar="FIELD", group="what is checked")
    reference: str = _checked("reference", help="field with Verilog to compare with")
    testbench: str = _checked("testbench", help="field with a testbench")
    interface: str = _checked("interface", help="field with the required header, or auto")
    top: str = _checked("top")
    blackbox: tuple[str, ...] = _checked("blackbox")
    require: Literal["auto", "proved", "tested", "synthesised", "read"] = _checked("require")
    check: str = _checked(
        "check",
        also=("--checks",),
        help="comma list, or the highest rung (default: all for which a field is named)",
    )
    strict: bool = _checked("strict")
    require_coverage: float = _checked("require_coverage")
    standard: Literal["v2001", "v2005", "sv2017"] = _checked("standard")
    set: Mapping[str, Json] = _checked(
        "set", help="a check's own option", metavar="check.NAME.KEY=VALUE", group="what is checked"
    )
    id: str = _checked("id")
    map: Mapping[str, str] = _checked("map")
    where: str = _checked("where")
    limit: int | None = _checked("limit")
    format: str = _checked("format")

    def __post_init__(self) -> None:
        refuse_unlisted(self)
        if set(self.set) - {"check"}:
            raise UsageError("there is no engine here", hint="write --set check.NAME.KEY=VALUE")

    @property
    def kind(self) -> str:
        """What the field holds, whatever it is called."""
        return kind_of(self.field, self.check)

    @property
    def selection(self) -> Selection:
        """Which rows, under which names."""
        return Selection(
            map=dict(self.map), id_field=self.id or None, where=self.where or None, limit=self.limit
        )

    @property
    def options(self) -> Mapping[str, Mapping[str, Json]]:
        """Each check's own options."""
        return dict(self.set.get("check", {}))


@dataclass(slots=True)
class CheckSummary:
    """How many designs got which status on which rung."""

    rows: int = 0
    good: int = 0
    """Designs that ended at no check."""
    rejected: int = 0
    """Designs that ended at a check: it said no, or nothing though it must answer."""
    empty: int = 0
    """Rows without a text in the field."""
    pending: int = 0
    """Designs not examined to the end, because the check was stopped: the same command goes on."""
    assurances: dict[str, int] = dataclasses.field(default_factory=dict)
    """How sure the good ones are -> rows, the strongest first."""
    rungs: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    ending: str = "done"
    """'done', 'interrupted' (SIGINT) or 'stopped' (SIGTERM)."""
    output: str = ""

    @property
    def exit_code(self) -> int:
        """0 every design has its verdicts, 75 stopped and resumable, 130 interrupted."""
        return {"done": 0, "stopped": 75, "interrupted": 130}[self.ending]


def check(spec: CheckSpec, watch: Watch | None = None, command: Sequence[str] = ()) -> CheckSummary:
    """Check every row and write the verdicts. Raises UsageError for what is wrong with the spec.

    `command` is the argument vector that the spec came from, if any: the ledger keeps it.
    """
    return asyncio.run(_check(spec, watch or Nobody(), command))


async def _check(spec: CheckSpec, watch: Watch, command: Sequence[str]) -> CheckSummary:
    asked_for = checks_for(spec)
    judge = Judge(asked_for, spec.require)
    output = Path(spec.output)
    refuse_foreign(output)
    format_of(output)
    check_writable(output)
    dataset = open_dataset(spec.input, spec.selection, format=spec.format or None)
    around = context_fields(dataclasses.asdict(spec), spec.kind)
    reads = tuple(sorted({spec.field, *around.names}))
    with closing(Ledger(output.with_name(output.name + ".ledger"))) as ledger:
        rows = _indexed(Rows(dataset, b"", reads), ledger, spec)
        checks = tuple(one for one in asked_for if _lacks(one, spec, dataset.columns) == "")
        recipe = _recipe(spec, checks)
        rows = replace(rows, recipe=recipe_key(recipe))
        run = ledger.begin_run(recipe, orjson.dumps(dataclasses.asdict(spec), default=str).decode(), command)
        ledger.redo(rows.recipe, None, (Reason.UNEXAMINED.value,))  # they may get an answer this time
        counts = ledger.counts(rows.recipe)
        tally = Tally(counts, kept=counts.settled)
        settler = Settler(rows, ledger, tally, watch)
        ending = await _walk_all(spec, settler, checks, around, judge) if tally.pending else "done"
        if not tally.pending:
            ledger.finish_redo(rows.recipe)
        ledger.end_run(run, ending)
        rungs = await _write(spec, rows, ledger, checks, around)
    return CheckSummary(
        rows=tally.total,
        good=tally.count(Status.ACCEPTED),
        rejected=tally.count(Status.REJECTED),
        empty=tally.count(Status.FAILED),
        pending=tally.pending,
        assurances=counts.sureness(),
        rungs=rungs,
        ending=ending,
        output=spec.output,
    )


def _recipe(spec: CheckSpec, checks: Sequence[Check]) -> Recipe:
    """All that decides what a check says: no engine, no model."""
    return Recipe(
        pair=Pair(spec.field, spec.field),
        prompt="",
        engine="",
        model="",
        identity={},
        sampling=Sampling(max_tokens=0),
        checks=tuple(check.identity() for check in checks),
        standard=spec.standard,
        interface=spec.interface,
        top=spec.top,
        blackboxes=spec.blackbox,
        require=spec.require,
    )


def _indexed(rows: Rows, ledger: Ledger, spec: CheckSpec) -> Rows:
    """The rows, indexed; numbered where their ids are not unique, which verdicts need not be."""
    named = (spec.field, spec.reference, spec.testbench, spec.interface)
    try:
        rows.index(ledger, named)
    except DuplicateId as error:
        log.warning("%s; the report and the like number the rows", error)
        rows = replace(rows, numbered=True)
        rows.index(ledger, named)
    return rows


def checks_for(spec: CheckSpec) -> tuple[Check, ...]:
    """The checks that are asked for and that some row can have. Raises UsageError where one was named
    that no row can have, and where none is left."""
    if spec.interface == "auto" and not spec.reference:
        raise UsageError("--interface auto needs a reference", hint="name its field with --reference")
    named = {name.strip() for name in spec.check.split(",")}
    found = []
    for one in ladder(
        spec.check, spec.kind, spec.options, strict=spec.strict, coverage=spec.require_coverage
    ):
        lacks = _lacks(one, spec)
        if lacks is None:
            raise UsageError(
                f"the check {one.name!r} is not for {spec.kind}", hint="see --help for the rungs"
            )
        if not lacks:
            found.append(one)
        elif one.name in named or one.name in spec.options:
            raise UsageError(
                f"the check {one.name!r} has nothing to go by", hint=f"name a field for it with --{lacks}"
            )
    if not found:
        raise UsageError("no checks are asked for", hint="leave --check away, or name some rungs")
    return tuple(found)


def _lacks(one: Check, spec: CheckSpec, columns: Collection[str] = ("instruction",)) -> str | None:
    """The flag without which a check applies to no row; '' where it lacks none, None where none helps."""
    flags = ("reference", "testbench", "interface")
    given: dict[str, Any] = {flag: "x" for flag in flags if getattr(spec, flag)}
    given |= {"instruction": "x"} if "instruction" in columns else {}
    if one.applies(Context(spec.kind, **given)):
        return ""
    missing = (flag for flag in flags if one.applies(Context(spec.kind, **{**given, flag: "x"})))
    return next(missing, None)


async def _walk_all(
    spec: CheckSpec, settler: Settler, checks: Sequence[Check], around: ContextFields, judge: Judge
) -> str:
    """Every pending row through its walk; how it ended."""
    ledger = settler.ledger
    async with AsyncExitStack() as stack:
        box = open_box()
        stack.push_async_callback(box.aclose)
        ledger.start_writing()
        stack.push_async_callback(ledger.stop_writing)
        examine = Examine(ledger, checks, box, settler.tally.at)
        eye = Eye(around, examine, judge, ledger.save_text, at=settler.tally.at)
        in_flight = IN_FLIGHT_PER_CORE * (os.cpu_count() or 1)
        cut = await settler(lambda row: walk_own(row, spec.field, eye), in_flight=in_flight, drain_s=DRAIN_S)
    return cut or "done"


async def _write(
    spec: CheckSpec, rows: Rows, ledger: Ledger, checks: Sequence[Check], around: ContextFields
) -> dict[str, dict[str, int]]:
    """The file of verdicts; check -> status -> rows."""
    rungs: dict[str, Counter[str]] = {check.name: Counter() for check in checks}
    is_table = format_of(spec.output) in ("csv", "tsv", "parquet")
    tools, recall = tools_of(checks), Examine(ledger, checks, None).recall
    with open_writer(spec.output) as writer:
        for row, settled in zip(rows.dataset, ledger.settled(rows.recipe), strict=True):
            text = text_of(row.fields.get(spec.field))
            if text is None:
                verdicts = tuple(skipped(check.name, f"the row has no {spec.field}") for check in checks)
            else:
                verdicts = await recall(text, around(row.fields))
            for verdict in verdicts:
                rungs[verdict.check][verdict.status.value] += 1
            fields = flat(verdicts) if is_table else {"verdicts": nested(verdicts), "tools": tools}
            writer.write(row.id, {"id": row.id, **ending_of(settled.outcome), **fields})
    return {name: dict(statuses.most_common()) for name, statuses in rungs.items()}
