"""Check: the walk of rows whose text is their own: a verdict per rung for every design of a dataset.

Verdicts are kept in a ledger beside the output as they are given, so a stopped check goes on where it
was, and a check added later costs only itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.ladder import ladder
from rtlglot.errors import DuplicateId, UsageError
from rtlglot.formats import Dataset, open_dataset
from rtlglot.jobs.check_spec import CheckSpec, CheckSummary
from rtlglot.jobs.verdicts import CheckTotals, Destinations, Telling, files_of
from rtlglot.ledger import Ledger
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.records import Context, Pair, Reason, Sampling, Status
from rtlglot.run.context import ContextFields, context_fields
from rtlglot.run.examine import Examine
from rtlglot.run.judge import Judge
from rtlglot.run.ledgers import open_ledger
from rtlglot.run.settle import Rows, Settler
from rtlglot.run.spec import describe
from rtlglot.run.until import Until, end_time
from rtlglot.run.walk import Eye, walk_own
from rtlglot.run.watch import Nobody, Tally, Watch
from rtlglot.sandbox import open_box
from rtlglot.stores.remote import upload

log = logging.getLogger("rtlglot")

IN_FLIGHT_PER_CORE = 48
"""Enough to fill shared forks."""
DRAIN_S = 3.0
"""Wait for what is in flight after a signal: what is lost then is worked out again, and costs no money."""


def check(spec: CheckSpec, watch: Watch | None = None, command: Sequence[str] = ()) -> CheckSummary:
    """Check every row and write the verdicts. Raises UsageError for what is wrong with the spec.

    `command` is the argument vector that the spec came from, if any: the ledger keeps it.
    """
    with (
        open_dataset(spec.input, spec.selection, format=spec.format or None) as dataset,
        ExitStack() as stack,
    ):
        files = files_of(spec, dataset)
        if files.first:
            own = open_ledger(Path(files.first), shard=spec.shard, ledger_dir=spec.ledger_dir)
        else:
            own = open_ledger(Path(stack.enter_context(TemporaryDirectory(prefix="rtlglot-"))) / "check")
        ledger = stack.enter_context(own)
        return asyncio.run(_check(_Work(spec, dataset, files, watch or Nobody()), ledger, command))


@dataclass(frozen=True, slots=True)
class _Work:
    """One check: what, of what, to where, and who watches."""

    spec: CheckSpec
    dataset: Dataset
    files: Destinations
    watch: Watch


async def _check(work: _Work, ledger: Ledger, command: Sequence[str]) -> CheckSummary:
    spec = work.spec
    examination = Examination.of(spec, work.dataset, ledger)
    rows, recipe = examination.rows, examination.recipe
    run = ledger.begin_run(recipe, describe(spec), command)
    ledger.redo(rows.recipe, None, (Reason.UNEXAMINED.value,))  # they may get an answer this time
    counts = ledger.counts(rows.recipe)
    tally = Tally(counts, kept=counts.settled)
    until = Until(end_time(spec.until), tally.total) if spec.until else None
    settler = Settler(rows, ledger, tally, work.watch, until=until)
    ending = await examination.walk(settler) if tally.pending else "done"
    if not tally.pending:
        ledger.finish_redo(rows.recipe)
    ledger.end_run(run, ending, tally.worked())
    told = await examination.write(work.files, ledger)
    unreadable = counts.outcomes[Status.FAILED, Reason.NOT_UNICODE]
    return CheckSummary(
        rows=tally.total,
        good=tally.count(Status.ACCEPTED),
        rejected=tally.count(Status.REJECTED),
        empty=tally.count(Status.FAILED) - unreadable,
        unreadable=unreadable,
        pending=tally.pending,
        assurances=counts.sureness(),
        rungs=told.statuses,
        ending=ending,
        output=work.files.first,
        ledger=work.files.ledger,
        one_by_one=work.files.one_by_one,
        designs=told.designs,
    )


@dataclass(frozen=True, slots=True)
class Examination:
    """A spec's rows, indexed, and what examines them."""

    spec: CheckSpec
    rows: Rows
    checks: tuple[Check, ...]
    around: ContextFields

    @classmethod
    def of(cls, spec: CheckSpec, dataset: Dataset, ledger: Ledger) -> Examination:
        """Raises UsageError where no row can have a check that was named."""
        asked_for = checks_for(spec)
        around = context_fields(dataclasses.asdict(spec), spec.kind)
        rows = _indexed(Rows(dataset, b"", tuple(sorted({spec.field, *around.names}))), ledger, spec)
        checks = tuple(one for one in asked_for if _lacks(one, spec, dataset.columns) == "")
        return cls(spec, replace(rows, recipe=recipe_key(_recipe(spec, checks))), checks, around)

    @property
    def recipe(self) -> Recipe:
        """All that decides what is said of a row."""
        return _recipe(self.spec, self.checks)

    async def walk(self, settler: Settler) -> str:
        """Every pending row through its walk; how it ended."""
        ledger = settler.ledger
        async with AsyncExitStack() as stack:
            box = open_box()
            stack.push_async_callback(box.aclose)
            ledger.start_writing()
            stack.push_async_callback(ledger.stop_writing)
            examine = Examine(ledger, self.checks, box, settler.tally.at)
            judge = Judge(checks_for(self.spec), self.spec.require)
            eye = Eye(self.around, examine, judge, ledger.save_text, at=settler.tally.at)
            cut = await settler(
                lambda row: walk_own(row, self.spec.field, eye),
                in_flight=IN_FLIGHT_PER_CORE * (os.cpu_count() or 1),
                drain_s=DRAIN_S,
            )
        return cut or "done"

    async def write(self, files: Destinations, ledger: Ledger) -> CheckTotals:
        """What the ledger knows of the rows, into the files."""
        told = await Telling(self.spec, self.rows, ledger, self.checks, self.around).write(files)
        for file, url in files.remote(self.spec):
            upload([file], url)
        return told


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
    named = (spec.field, spec.reference, spec.testbench, spec.files, spec.interface)
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
        if one.wants is not None:
            raise UsageError(
                f"the check {one.name!r} asks a model, and there is none here", hint="see rtlglot roundtrip"
            )
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
