"""What became of every sample of a run, for whoever scores a model: read from the ledger, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rtlglot.ledger import reading
from rtlglot.ledger.reading import Glance
from rtlglot.records import NO, YES, Attempt, CheckStatus, Reason, Verdict

SOLVED = "solved"
_NO_TEXT = {
    Reason.TRUNCATED: "truncated",
    Reason.REFUSED: "refused",
    Reason.NO_MODULE: "no module",
    Reason.EMPTY: "no answer",
    Reason.ECHO: "no answer",
}
_PORTS = frozenset({"interface", "top", "top-name"})
"""Codes by which the testbench says that a design does not fit where it is put."""
CLASSES = (
    SOLVED, "different", "latch", "ports", "syntax", "unknown module", "elaboration", "not synthesisable",
    "forbidden", "contradicted", "timeout", "undecided", "truncated", "refused", "no module", "no answer",
)  # fmt: skip
"""What a sample can be, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a row's chat."""

    number: int
    kind: str
    """One of CLASSES."""
    tested: bool | None
    """What the testbench says; None where it says nothing."""
    proved: bool | None
    """What the proof says; None where there is none either way."""
    text: bytes = b""
    """Key of its text; empty where there is none."""
    why: str = ""
    """The first finding that is in its way."""

    @property
    def contradicted(self) -> bool:
        """Whether testbench and proof say the opposite of each other."""
        return self.tested is not None and self.proved is not None and self.tested != self.proved


def all_samples(
    db: sqlite3.Connection, recipe: bytes, samples: int
) -> Iterator[tuple[Glance, tuple[Sample, ...]]]:
    """Every row that is settled with its `samples` samples, those without any reply included."""
    for page in reading.glances(db, recipe):
        known = reading.verdicts(db, [key for g in page for a in g.attempts for key in a.verdicts])
        for glance in page:
            if glance.status:
                yield glance, tuple(_samples(glance, known, samples))


def _samples(glance: Glance, known: Mapping[bytes, Verdict], samples: int) -> Iterator[Sample]:
    last: dict[int, Attempt] = {attempt.sample: attempt for attempt in glance.attempts}
    for number in range(samples):
        attempt = last.get(number)
        if attempt is None:
            yield Sample(number, "no answer", None, None, why=glance.detail)
        else:
            climbed = [known[key] for key in attempt.verdicts if key in known]
            yield _sample(number, attempt, climbed)


def _sample(number: int, attempt: Attempt, climbed: Sequence[Verdict]) -> Sample:
    tested, proved = _said(climbed, "testbench"), _said(climbed, "equivalence")
    if attempt.reason in _NO_TEXT:
        return Sample(number, _NO_TEXT[attempt.reason], None, None)
    bad = next((verdict for verdict in climbed if verdict.status not in YES), None)
    why = bad.findings[0].message.partition("\n")[0] if bad and bad.findings else ""
    return Sample(number, kind_of(climbed), tested, proved, attempt.text, why)


def _said(climbed: Sequence[Verdict], check: str) -> bool | None:
    for verdict in climbed:
        if verdict.check == check and verdict.status in YES | NO:
            return verdict.status in YES
    return None


def kind_of(climbed: Sequence[Verdict]) -> str:
    """Which of CLASSES the verdicts on a text make of it."""
    by_check = {verdict.check: verdict for verdict in climbed}
    tested, proved = _said(climbed, "testbench"), _said(climbed, "equivalence")
    if tested is not None and proved is not None and tested != proved:
        return "contradicted"
    if tested or proved:
        return SOLVED
    for check, kind in (("screen", "forbidden"), ("syntax", "syntax"), ("elaborate", "elaboration")):
        if check in by_check and by_check[check].status in NO:
            return kind
    if any(verdict.status is CheckStatus.INCOMPLETE for verdict in climbed):
        return "unknown module"
    if _ports(climbed):
        return "ports"
    if "synth" in by_check and by_check["synth"].status in NO:
        return "not synthesisable"
    if tested is False or proved is False:
        return "latch" if _latch(climbed) else "different"
    timed_out = any(verdict.status is CheckStatus.TIMEOUT for verdict in climbed)
    return "timeout" if timed_out else "undecided"


def _ports(climbed: Sequence[Verdict]) -> bool:
    if any(verdict.status is CheckStatus.PORTS_DIFFER for verdict in climbed):
        return True
    codes = {f.code for v in climbed if v.check == "testbench" and v.status in NO for f in v.findings}
    return bool(codes & _PORTS)


def _latch(climbed: Sequence[Verdict]) -> bool:
    return any("latch" in finding.code.lower() for verdict in climbed for finding in verdict.findings)
