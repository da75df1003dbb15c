"""The problems tried: what testbench and proof say of a reference, of nothing at all, and of small errors.

All of it is `rtlglot check` on a dataset of such designs, so it is kept in a ledger and goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rtlglot.checks.ladder import for_scores
from rtlglot.evals.problems import Problem, rows_of
from rtlglot.evals.spec import EvalSpec
from rtlglot.formats import open_writer
from rtlglot.jobs.check import check
from rtlglot.jobs.check_spec import CheckSpec, CheckSummary
from rtlglot.records import Json
from rtlglot.run.watch import Watch
from rtlglot.verilog.interface import header_of
from rtlglot.verilog.mutations import mutants

_DIFFERENT = ("different", "ports-differ")


@dataclass(slots=True)
class Health:
    """What is known of one problem."""

    id: str
    tested: str = ""
    """What the testbench says of the reference: a status of the check; '' where it was not asked."""
    proved: str = ""
    """What comes of the proof of the reference against itself."""
    why: str = ""
    let_through: list[str] = field(default_factory=list)
    """Broken designs that the testbench speaks of as of the reference."""
    races: bool = False
    empty: str = ""
    """What an audit found the testbench say of a module with nothing in it."""
    different: int = 0
    """Mutants proved different from the reference."""
    killed: int = 0
    """Those of them that the testbench says no to."""
    survivors: list[str] = field(default_factory=list)
    """The others: what was changed."""

    @property
    def ill(self) -> str:
        """Why a score on this problem means little; '' where it is healthy."""
        if self.tested and self.tested != "pass":
            return f"its testbench says {self.tested} of its own reference"
        if self.empty == "pass" or "empty" in self.let_through:
            return "its testbench passes a module with nothing in it"
        if self.proved and self.proved != "equivalent":
            return f"its reference cannot be proved equal to itself ({self.proved})"
        return ""

    def to_json(self) -> dict[str, Json]:
        """For scripts."""
        names = (
            "id", "ill", "tested", "proved", "why", "let_through", "races", "empty", "different", "killed",
            "survivors",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def examine_references(
    folder: Path, problems: Sequence[Problem], spec: EvalSpec, watch: Watch
) -> CheckSummary:
    """The verdicts on every reference, in `health.jsonl`."""
    rows = ({**problem.to_json(), "verilog": problem.reference} for problem in problems)
    return _checked(folder, "health", rows, problems, spec, watch)


def examine_controls(folder: Path, problems: Sequence[Problem], spec: EvalSpec, watch: Watch) -> CheckSummary:
    """The verdicts on every reference, an empty module of its ports, and mutants, in `audit.jsonl`."""
    rows = (row for problem in problems for row in _controls(problem, spec.mutants))
    return _checked(folder, "audit", rows, problems, spec, watch)


def _checked(
    folder: Path,
    name: str,
    rows: Iterator[dict[str, Json]],
    problems: Sequence[Problem],
    spec: EvalSpec,
    watch: Watch,
) -> CheckSummary:
    given = folder / f"{name}.input.jsonl"
    with open_writer(given) as writer:
        for row in rows:
            writer.write(str(row["id"]), row)
    tested = any(problem.testbench for problem in problems)
    rungs = "equivalence,testbench" if tested else "equivalence"
    checked = CheckSpec(
        input=(str(given),),
        output=str(folder / f"{name}.jsonl"),
        reference="reference",
        testbench="testbench" if tested else "",
        files="files" if tested else "",
        check=rungs,
        set={"check": for_scores(rungs, {})},
        standard=spec.standard,
        until=spec.until,
        ledger_dir=spec.ledger_dir,
    )
    return check(checked, watch)


def _controls(problem: Problem, most: int) -> Iterator[dict[str, Json]]:
    rest = {**problem.to_json(), "problem": problem.id}
    if not problem.reference:
        return
    yield {**rest, "id": f"{problem.id}/reference", "what": "reference", "verilog": problem.reference}
    header = header_of(problem.reference)
    if header:
        yield {**rest, "id": f"{problem.id}/empty", "what": "empty", "verilog": f"{header}\nendmodule\n"}
    for number, mutant in enumerate(mutants(problem.reference, most=most), 1):
        yield {
            **rest,
            "id": f"{problem.id}/mutant {number}",
            "what": mutant.where,
            "verilog": mutant.text,
        }


def health_of(folder: Path, name: str = "health") -> dict[str, Health]:
    """What `examine_references` or, with 'audit', `examine_controls` found, by problem; {} before that."""
    verdicts, given = folder / f"{name}.jsonl", folder / f"{name}.input.jsonl"
    if not verdicts.exists():
        return {}
    found: dict[str, Health] = defaultdict(lambda: Health(""))
    for row, told in zip(rows_of(given), rows_of(verdicts), strict=True):
        id_ = str(row.fields.get("problem") or row.id)
        found[id_].id = id_
        _take(found[id_], str(row.fields.get("what") or "reference"), told.fields["verdicts"])
    return dict(found)


def _take(health: Health, what: str, verdicts: Mapping[str, Mapping[str, Any]]) -> None:
    tested, proved = (_status(verdicts, check) for check in ("testbench", "equivalence"))
    if what == "reference":
        health.tested, health.proved = tested, proved
        told = verdicts.get("testbench") or {}
        health.let_through, health.races = list(told.get("let_through") or ()), bool(told.get("races"))
        said = [f for verdict in verdicts.values() for f in verdict["findings"] if f["code"] != "skipped"]
        health.why = str(said[0]["message"]).partition("\n")[0] if said else ""
    elif what == "empty":
        health.empty = tested
    elif proved in _DIFFERENT and "by" in (verdicts.get("testbench") or {}):  # it came to a simulation
        health.different += 1
        health.killed += tested == "fail"
        if tested != "fail":
            health.survivors.append(f"{what} ({tested})")


def _status(verdicts: Mapping[str, Mapping[str, Any]], check: str) -> str:
    status = str((verdicts.get(check) or {}).get("status", ""))
    return "" if status == "skipped" else status
