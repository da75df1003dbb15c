"""How rows are counted: once each, the same way for the terminal, the report, the status and the card."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rtlglot.ledger.outcomes import JOINED
from rtlglot.records import Assurance, Reason, Status, Verdict

UNWRITTEN = frozenset({Reason.TRUNCATED, Reason.EMPTY, Reason.REFUSED, Reason.NO_MODULE, Reason.ECHO})
"""Reasons of rows that were asked about and got no text: whatever rates texts rates them 0."""


_STATUSES = {status.value: status for status in Status}
_REASONS = {reason.value: reason for reason in Reason}
"""Looked up, as in `outcomes`."""


@dataclass(slots=True)
class Scores:
    """What a check rated the texts of rows at."""

    rows: int = 0
    total: float = 0.0
    ended: Counter[str] = field(default_factory=Counter)
    """How what was built from them ended -> designs."""

    def hear(self, verdicts: Iterable[Verdict]) -> None:
        """Count a row's text, where a verdict on it has a score."""
        for verdict in verdicts:
            if verdict.rebuilt:
                self.ended.update(verdict.rebuilt)
            if verdict.score is not None:
                self.rows += 1
                self.total += verdict.score

    def mean(self, counts: Counts) -> float | None:
        """Over all rows that have a score, those without a text at 0; None where there are none."""
        unwritten = sum(rows for (_, reason), rows in counts.outcomes.items() if reason in UNWRITTEN)
        return self.total / (self.rows + unwritten) if self.rows + unwritten else None


@dataclass(slots=True)
class Counts:
    """How the rows of an input stand under a recipe; each is counted once."""

    total: int = 0
    outcomes: Counter[tuple[Status, Reason]] = field(default_factory=Counter)
    """What they ended as."""
    assurances: Counter[Assurance] = field(default_factory=Counter)
    """How sure the accepted ones are."""

    @property
    def settled(self) -> int:
        """Rows that have an outcome."""
        return self.outcomes.total()

    @property
    def pending(self) -> int:
        """Rows without an outcome yet."""
        return self.total - self.settled

    def count(self, status: Status) -> int:
        """Rows that ended with a status."""
        return sum(rows for (ended, _), rows in self.outcomes.items() if ended is status)

    def see(self, status: str, reason: str, assurance: Assurance, rows: int = 1) -> None:
        """Count rows of the input; `status` '' are pending ones."""
        self.total += rows
        if status:
            self.settle(_STATUSES[status], _REASONS[reason], assurance, rows)

    def settle(self, status: Status, reason: Reason, assurance: Assurance, rows: int = 1) -> None:
        """Count the outcome of rows that were pending."""
        self.outcomes[status, reason] += rows
        if status is Status.ACCEPTED:
            self.assurances[assurance] += rows

    def reasons(self) -> dict[str, dict[str, int]]:
        """{status: {reason: rows}}, the most frequent first."""
        found: dict[str, dict[str, int]] = {}
        for (status, reason), rows in self.outcomes.most_common():
            found.setdefault(status.value, {})[reason.value] = rows
        return found

    def sureness(self) -> dict[str, int]:
        """{assurance: accepted rows}, the strongest first."""
        ranked = sorted(self.assurances, key=lambda assurance: -assurance.rank)
        return {assurance.value: self.assurances[assurance] for assurance in ranked}


def counts(db: sqlite3.Connection, recipe: bytes) -> Counts:
    """How the rows of the input stand."""
    query = f"SELECT o.status, o.reason, o.assurance, count(*) FROM {JOINED} GROUP BY 1, 2, 3"
    found = Counts()
    for status, reason, assurance, rows in db.execute(query, (recipe,)):
        found.see(status or "", reason, Assurance(assurance or Assurance.NONE), rows)
    return found
