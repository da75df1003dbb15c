"""What a check writes: verdicts, the rows that passed and those that did not, and what it tells of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rtlglot.checks import Check
from rtlglot.checks.ladder import skipped
from rtlglot.errors import UsageError
from rtlglot.formats import (
    Dataset,
    DatasetWriter,
    check_writable,
    encode,
    format_of,
    open_writer,
    text_of,
)
from rtlglot.jobs.check_spec import CheckSpec, Examined
from rtlglot.ledger import Ledger
from rtlglot.records import CheckStatus, Finding, Json, Outcome, Row, Status, Verdict
from rtlglot.run.context import ContextFields
from rtlglot.run.deliver import ending_of, examined_fields, refuse_foreign
from rtlglot.run.examine import Examine
from rtlglot.run.ledgers import part_of
from rtlglot.run.settle import Rows
from rtlglot.stores.remote import beside, here, is_url, refuse_existing

MOST_NAMED = 8
"""Designs that did not pass and are named in a summary."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where what is written goes; '' is nowhere."""

    verdicts: str
    keep: str
    drop: str
    one_by_one: bool
    """Whether the inputs are files that hold one design each."""

    @property
    def first(self) -> str:
        """The one that the ledger and the report stand beside."""
        return self.verdicts or self.keep or self.drop

    @property
    def ledger(self) -> str:
        """'' where nothing is kept."""
        return f"{self.first}.ledger" if self.first else ""

    def remote(self, spec: CheckSpec) -> list[tuple[Path, str]]:
        """Those that are put at a URL, with that of the whole."""
        named = zip((self.verdicts, self.keep, self.drop), (spec.output, spec.keep, spec.drop), strict=True)
        return [(Path(file), url) for file, url in named if is_url(url)]


def files_of(spec: CheckSpec, dataset: Dataset) -> Destinations:
    """As asked for, or by default; of a shard its own. Raises UsageError for one that cannot be written, or
    is not ours."""
    one_by_one = dataset.one_by_one
    verdicts = spec.output
    if not (verdicts or spec.keep or spec.drop or one_by_one):
        name = "stdin" if spec.input[0] == "-" else Path(spec.input[0]).resolve().name.split(".")[0]
        verdicts = f"{name}_verdicts.jsonl"
    wanted = [
        str(path and part_of(here(path, spec.ledger_dir), spec.shard))
        for path in (verdicts, spec.keep, spec.drop)
    ]
    files = Destinations(wanted[0], wanted[1], wanted[2], one_by_one)
    named = [path for path in wanted if path]
    if spec.shard and not named:
        raise UsageError("a shard keeps its verdicts, and no file is named", hint="name one with --output")
    if len(set(named)) < len(named):
        raise UsageError("two of the outputs are one file", hint="name another with --keep or --drop")
    for path in map(Path, named):
        format_of(path)
        check_writable(path)
        for other in spec.input:
            if other != "-" and path.exists() and Path(other).exists() and path.samefile(other):
                raise UsageError(f"the output {path} is the input", hint="name another")
        if not Path(files.ledger).exists():
            refuse_foreign(path)
    for file, url in files.remote(spec):
        if not Path(files.ledger).exists():
            refuse_existing(beside(url, file))
    return files


@dataclass(slots=True)
class CheckTotals:
    """What the rows came to."""

    statuses: dict[str, dict[str, int]]
    """Check -> status -> rows."""
    designs: list[Examined] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Telling:
    """Writes what the ledger holds of a check's rows."""

    spec: CheckSpec
    rows: Rows
    ledger: Ledger
    checks: tuple[Check, ...]
    around: ContextFields

    async def write(self, files: Destinations) -> CheckTotals:
        """All files; how many rows got which status, and the rows that a summary names."""
        rungs: dict[str, Counter[str]] = {check.name: Counter() for check in self.checks}
        told = CheckTotals({})
        recall = Examine(self.ledger, self.checks, None).recall
        dataset, given = self.rows.dataset, self.spec.given
        with ExitStack() as stack:

            def writer(path: str, like: Dataset | None) -> DatasetWriter | None:
                return stack.enter_context(open_writer(path, like)) if path else None

            out, keep, drop = (
                writer(files.verdicts, None),
                writer(files.keep, dataset),
                writer(files.drop, dataset),
            )
            for row, settled in zip(dataset, self.ledger.settled(self.rows.recipe), strict=True):
                text = text_of(row.fields.get(self.spec.field))
                if text is None or row.flaw:
                    said = row.flaw or f"the row has no {self.spec.field}"
                    verdicts = tuple(skipped(check.name, said) for check in self.checks)
                else:
                    verdicts = await recall(text, self.around(row.fields))
                for verdict in verdicts:
                    rungs[verdict.check][verdict.status.value] += 1
                outcome = settled.outcome
                if out:
                    out.write(row.id, {"id": row.id, **ending_of(outcome), **self._columns(files, verdicts)})
                if outcome is None:
                    continue
                passed = outcome.status is Status.ACCEPTED
                if side := keep if passed else drop:
                    own = {name: value for name, value in row.fields.items() if name not in given}
                    side.write(row.id, examined_fields(replace(row, fields=own), outcome))
                if files.one_by_one or (not passed and len(told.designs) < MOST_NAMED):
                    told.designs.append(_examined(row, outcome, text or "", verdicts))
        told.statuses = {name: dict(statuses.most_common()) for name, statuses in rungs.items()}
        return told

    def _columns(self, files: Destinations, verdicts: Sequence[Verdict]) -> dict[str, Json]:
        if format_of(files.verdicts) in ("csv", "tsv", "parquet"):
            return flat(verdicts)
        return {"verdicts": nested(verdicts), "tools": tools_of(self.checks)}


def _examined(row: Row, outcome: Outcome, text: str, verdicts: tuple[Verdict, ...]) -> Examined:
    return Examined(row.id, **ending_of(outcome), detail=outcome.detail, text=text, verdicts=verdicts)


def nested(verdicts: Sequence[Verdict]) -> dict[str, Json]:
    """{check: {status, findings, seconds, what it measured}}."""
    own = ("status", "findings", "seconds")
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
            **{name: value for name, value in verdict.data.items() if name not in own},
        }
        for verdict in verdicts
    }


def flat(verdicts: Sequence[Verdict]) -> dict[str, Json]:
    """Four columns a check: CHECK_status, CHECK_findings (in words), CHECK_seconds, CHECK_data (JSON)."""
    columns: dict[str, Json] = {}
    for verdict in verdicts:
        skip = verdict.status is CheckStatus.SKIPPED
        columns[f"{verdict.check}_status"] = verdict.status.value
        columns[f"{verdict.check}_findings"] = "" if skip else "; ".join(map(_told, verdict.findings))
        columns[f"{verdict.check}_seconds"] = round(verdict.seconds, 6)
        columns[f"{verdict.check}_data"] = encode(dict(verdict.data)).decode()
    return columns


def _told(finding: Finding) -> str:
    place = "" if finding.line is None else f" line {finding.line}"
    return f"{finding.severity.value}{place}: {finding.message} [{finding.code}]"


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
