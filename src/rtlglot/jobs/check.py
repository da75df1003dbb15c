"""Check: a verdict per rung for every design of a dataset that exists already.

Verdicts are kept in a ledger beside the output as they are given, so a stopped check goes on where it
was, and a check added later costs only itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.ladder import ladder, skipped
from rtlglot.deliver import refuse_foreign
from rtlglot.errors import InputError
from rtlglot.examine import Examine
from rtlglot.formats import (
    Dataset,
    Selection,
    check_writable,
    encode,
    format_of,
    open_dataset,
    open_writer,
    text_of,
)
from rtlglot.ledger import Ledger
from rtlglot.loop import run_loop
from rtlglot.records import CheckStatus, Context, Json, Row, Verdict
from rtlglot.registry import did_you_mean
from rtlglot.sandbox import open_box

IN_FLIGHT_PER_CORE = 48
"""Enough to fill shared forks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What to check, with what, and where the verdicts go."""

    input: str
    output: str
    field: str = "verilog"
    reference: str = ""
    testbench: str = ""
    interface: str = ""
    checks: str = "default"
    standard: str = "sv2017"
    selection: Selection = dataclasses.field(default_factory=Selection)
    format: str = ""
    options: Mapping[str, Mapping[str, Json]] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class CheckSummary:
    """How many designs got which status on which rung."""

    rows: int = 0
    good: int = 0
    """Designs to which no check said no, and which have a text."""
    empty: int = 0
    """Rows without a text in the field."""
    rungs: dict[str, Counter[str]] = dataclasses.field(default_factory=dict)
    whole: bool = True
    """False where the check was stopped: the same command goes on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a check stands."""

    done: int
    total: int


def check(spec: CheckSpec, on_progress: Callable[[Progress], None] | None = None) -> CheckSummary:
    """Check every row and write the verdicts. Raises UsageError for what is wrong with the spec."""
    return asyncio.run(_check(spec, on_progress or (lambda _: None)))


async def _check(spec: CheckSpec, on_progress: Callable[[Progress], None]) -> CheckSummary:
    checks = ladder(spec.checks, spec.field, spec.options)
    output = Path(spec.output)
    refuse_foreign(output)
    check_writable(output)
    dataset = open_dataset(spec.input, spec.selection, format=spec.format or None)
    context = _context_of(spec)
    with closing(Ledger(output.with_name(output.name + ".ledger"))) as ledger:
        total = _count(dataset, spec)
        async with AsyncExitStack() as stack:
            box = open_box()
            stack.push_async_callback(box.aclose)
            ledger.start_writing()
            stack.push_async_callback(ledger.stop_writing)
            examine = Examine(ledger, checks, box)
            done = 0

            async def walk(row: Row) -> None:
                nonlocal done
                text = text_of(row.fields.get(spec.field))
                if text is not None:
                    await examine(text, context(row))
                done += 1
                on_progress(Progress(done, total))

            in_flight = IN_FLIGHT_PER_CORE * (os.cpu_count() or 1)
            await run_loop(dataset, walk, in_flight=in_flight, stop=asyncio.Event(), drain_s=60)
        return _write(spec, dataset, Examine(ledger, checks, None), checks, context)


def _count(dataset: Dataset, spec: CheckSpec) -> int:
    total = sum(1 for _ in dataset)
    for name in (spec.field, spec.reference, spec.testbench, spec.interface):
        if dataset.columns and name and name not in dataset.columns:
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

        return Context(
            field=spec.field,
            reference=text(spec.reference),
            testbench=text(spec.testbench),
            interface=text(spec.interface),
            standard=spec.standard,
        )

    return context


def _write(
    spec: CheckSpec,
    dataset: Dataset,
    examine: Examine,
    checks: Sequence[Check],
    context: Callable[[Row], Context],
) -> CheckSummary:
    summary = CheckSummary(rungs={check.name: Counter() for check in checks})
    flat = format_of(spec.output) in ("csv", "tsv", "parquet")
    tools = tools_of(checks)
    with open_writer(spec.output) as writer:
        for row in dataset:
            text = text_of(row.fields.get(spec.field))
            if text is None:
                verdicts = tuple(skipped(check.name, f"the row has no {spec.field}") for check in checks)
            else:
                verdicts = examine.recall(text, context(row))
            summary.rows += 1
            summary.empty += text is None
            summary.good += text is not None and all(verdict.ok for verdict in verdicts)
            for verdict in verdicts:
                summary.rungs[verdict.check][verdict.status.value] += 1
            fields = dict(_flat(verdicts)) if flat else {"verdicts": nested(verdicts), "tools": tools}
            writer.write(row.id, {"id": row.id, **fields})
    return summary


def nested(verdicts: Sequence[Verdict]) -> dict[str, Json]:
    """{check: {status, findings, seconds, what it measured}}."""
    return {
        verdict.check: {
            "status": verdict.status.value,
            "findings": [
                {
                    "severity": finding.severity.value,
                    "code": finding.code,
                    "line": finding.line,
                    "column": finding.column,
                    "message": finding.message,
                }
                for finding in verdict.findings
            ],
            "seconds": round(verdict.seconds, 6),
            **{name: value for name, value in verdict.data.items() if name not in ("status", "findings")},
        }
        for verdict in verdicts
    }


def _flat(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, Json]]:
    for verdict in verdicts:
        yield f"{verdict.check}_status", verdict.status.value
        skip = verdict.status is CheckStatus.SKIPPED
        yield f"{verdict.check}_findings", "" if skip else "; ".join(f.message for f in verdict.findings)
        yield f"{verdict.check}_seconds", round(verdict.seconds, 6)
        yield f"{verdict.check}_data", encode(dict(verdict.data)).decode()


def tools_of(checks: Sequence[Check]) -> dict[str, Any]:
    """{tool: version} of all checks: what of their identity is a text and no name of a check."""
    found: dict[str, Any] = {}
    for each in checks:
        found |= {
            name: value
            for name, value in each.identity().items()
            if isinstance(value, str) and name != "check"
        }
    return found
