"""Check: a verdict per rung for every design of a dataset that exists already.

Verdicts are kept in a ledger beside the output as they are given, so a stopped check goes on where it
was, and a check added later costs only itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from rtlglot.checks import Check
from rtlglot.checks.ladder import kind_of, ladder, skipped
from rtlglot.errors import InputError, UsageError
from rtlglot.formats import (
    Dataset,
    Selection,
    check_writable,
    format_of,
    open_dataset,
    open_writer,
    text_of,
)
from rtlglot.jobs.check_record import Record, check_recipe
from rtlglot.jobs.verdicts import flat, nested, tools_of
from rtlglot.ledger import Ledger
from rtlglot.ledger.recipe import Recipe
from rtlglot.options import flag, like, refuse_unlisted
from rtlglot.prose.asked import asked_name
from rtlglot.records import Context, Json, Row, Verdict
from rtlglot.registry import did_you_mean
from rtlglot.run.deliver import refuse_foreign
from rtlglot.run.examine import NOT_ASKED, Examine
from rtlglot.run.interrupt import stopping
from rtlglot.run.loop import run_loop
from rtlglot.run.spec import Spec
from rtlglot.sandbox import open_box
from rtlglot.verilog.interface import required_header

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
    rungs: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    ending: str = "done"
    """'done', 'interrupted' (SIGINT) or 'stopped' (SIGTERM)."""
    output: str = ""

    @property
    def exit_code(self) -> int:
        """0 every design has its verdicts, 75 stopped and resumable, 130 interrupted."""
        return {"done": 0, "stopped": 75, "interrupted": 130}[self.ending]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a check stands."""

    done: int
    total: int


def check(
    spec: CheckSpec, on_progress: Callable[[Progress], None] | None = None, command: Sequence[str] = ()
) -> CheckSummary:
    """Check every row and write the verdicts. Raises UsageError for what is wrong with the spec.

    `command` is the argument vector that the spec came from, if any: the ledger keeps it.
    """
    return asyncio.run(_check(spec, on_progress or (lambda _: None), command))


async def _check(
    spec: CheckSpec, on_progress: Callable[[Progress], None], command: Sequence[str]
) -> CheckSummary:
    checks = checks_for(spec)
    output = Path(spec.output)
    refuse_foreign(output)
    check_writable(output)
    dataset = open_dataset(spec.input, spec.selection, format=spec.format or None)
    context = _context_of(spec)
    with closing(Ledger(output.with_name(output.name + ".ledger"))) as ledger:
        total = _count(dataset, spec)
        record = Record(ledger, dataset, *_recorded(spec, checks), command)
        ending = await _examine_all(
            spec, dataset, (ledger, checks, record), lambda n: on_progress(Progress(n, total))
        )
        summary = await _write(spec, dataset, Examine(ledger, checks, None), checks, context)
        summary = replace(summary, ending=ending if summary.pending else "done")
        record.end(summary.ending)
        return summary


def _recorded(spec: CheckSpec, checks: Sequence[Check]) -> tuple[Recipe, dict[str, Json]]:
    """What the ledger keeps of a check: what decided it, and where and how it ran."""
    recipe = check_recipe(spec.field, checks, spec.standard, spec.interface)
    return recipe, dataclasses.asdict(spec)


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


def _lacks(one: Check, spec: CheckSpec) -> str | None:
    """The flag without which a check applies to no row; '' where it lacks none, None where none helps."""
    flags = ("reference", "testbench", "interface")
    given: dict[str, Any] = {flag: "x" for flag in flags if getattr(spec, flag)} | {"instruction": "x"}
    if one.applies(Context(spec.kind, **given)):
        return ""
    missing = (flag for flag in flags if one.applies(Context(spec.kind, **{**given, flag: "x"})))
    return next(missing, None)


async def _examine_all(
    spec: CheckSpec,
    dataset: Dataset,
    parts: tuple[Ledger, Sequence[Check], Record],
    tell: Callable[[int], None],
) -> str:
    """Ask the checks about every row; how it ended."""
    ledger, checks, record = parts
    context, stop, done = _context_of(spec), asyncio.Event(), 0
    async with AsyncExitStack() as stack:
        box = open_box()
        stack.push_async_callback(box.aclose)
        ledger.start_writing()
        stack.push_async_callback(ledger.stop_writing)
        ending = stack.enter_context(stopping(stop))
        examine = Examine(ledger, checks, box)

        async def walk(row: Row) -> None:
            nonlocal done
            text = text_of(row.fields.get(spec.field))
            examined = () if text is None else await examine(text, context(row))
            await record.settle(row, text, examined)
            done += 1
            tell(done)

        in_flight = IN_FLIGHT_PER_CORE * (os.cpu_count() or 1)
        whole = await run_loop(dataset, walk, in_flight=in_flight, stop=stop, drain_s=DRAIN_S)
    return "done" if whole else ending[0]


def _count(dataset: Dataset, spec: CheckSpec) -> int:
    total = sum(1 for _ in dataset)
    for name in (spec.field, spec.reference, spec.testbench, spec.interface):
        if dataset.columns and name and name != "auto" and name not in dataset.columns:
            raise InputError(
                f"no row has a field {name!r}",
                file=dataset.name,
                hint=did_you_mean(name, list(dataset.columns)),
            )
    return total


def _context_of(spec: CheckSpec) -> Callable[[Row], Context]:
    def context(row: Row) -> Context:
        def text(name: str) -> str | None:
            return text_of(row.fields.get(name)) if name else None

        reference, testbench = text(spec.reference), text(spec.testbench)
        asked = text("instruction") if spec.kind == "verilog" else None
        if spec.interface == "auto":
            interface = required_header(reference, testbench, asked_name(asked or "")) if reference else None
        else:
            interface = text(spec.interface)
        top = text(spec.top) or spec.top or None
        return Context(
            spec.kind,
            reference,
            testbench,
            interface,
            spec.standard,
            asked,
            top=top,
            blackboxes=spec.blackbox,
            parts_elsewhere=True,
        )

    return context


async def _write(
    spec: CheckSpec,
    dataset: Dataset,
    examine: Examine,
    checks: Sequence[Check],
    context: Callable[[Row], Context],
) -> CheckSummary:
    summary = CheckSummary(output=spec.output)
    rungs: dict[str, Counter[str]] = {check.name: Counter() for check in checks}
    is_table = format_of(spec.output) in ("csv", "tsv", "parquet")
    tools = tools_of(checks)
    with open_writer(spec.output) as writer:
        for row in dataset:
            text = text_of(row.fields.get(spec.field))
            if text is None:
                verdicts = tuple(skipped(check.name, f"the row has no {spec.field}") for check in checks)
            else:
                verdicts = await examine.recall(text, context(row))
            _count_row(summary, text, verdicts)
            for verdict in verdicts:
                rungs[verdict.check][verdict.status.value] += 1
            fields = flat(verdicts) if is_table else {"verdicts": nested(verdicts), "tools": tools}
            writer.write(row.id, {"id": row.id, **fields})
    summary.rungs = {name: dict(statuses.most_common()) for name, statuses in rungs.items()}
    return summary


def _count_row(summary: CheckSummary, text: str | None, verdicts: Sequence[Verdict]) -> None:
    """One row counts in exactly one place."""
    summary.rows += 1
    if text is None:
        summary.empty += 1
    elif not all(verdict.ok for verdict in verdicts):
        summary.rejected += 1
    elif any(finding.code == NOT_ASKED for verdict in verdicts for finding in verdict.findings):
        summary.pending += 1
    else:
        summary.good += 1
