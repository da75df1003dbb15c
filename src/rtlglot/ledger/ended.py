"""What decided about a row: which asking, and which check its text ended at."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rtlglot.ledger import reading
from rtlglot.ledger.counts import Scores
from rtlglot.ledger.reading import Glance
from rtlglot.records import YES, Attempt, CheckStatus, Status, Verdict

Verdicts = Mapping[bytes, Verdict]


@dataclass(frozen=True, slots=True)
class EndedRow:
    """A row as the report counts and filters it."""

    glance: Glance
    final: Attempt | None
    """The asking that decided; None where nothing was asked."""
    rung: str
    """The check that the text ended at; '' where it passed them all."""
    climbed: tuple[Verdict, ...]
    """The deciding text's verdicts."""

    @property
    def mended(self) -> bool:
        """Accepted, and only after its findings had gone back to the model."""
        return self.glance.status == "accepted" and self.final is not None and self.final.repair > 0


def all_ended(db: sqlite3.Connection, recipe: bytes, status: str = "") -> Iterator[tuple[EndedRow, Verdicts]]:
    """Every row of the input (or those that ended with a status) with the verdicts of its page."""
    for page in reading.glances(db, recipe, status):
        known = reading.verdicts(db, [key for g in page for a in g.attempts for key in a.verdicts])
        for glance in page:
            yield ended_of(glance, known), known


def rungs(db: sqlite3.Connection, recipe: bytes) -> dict[str, Counter[CheckStatus]]:
    """Check -> status -> rows whose text got it."""
    found: dict[str, Counter[CheckStatus]] = {}
    for ended, _ in all_ended(db, recipe):
        for verdict in ended.climbed:
            found.setdefault(verdict.check, Counter())[verdict.status] += 1
    return found


def scores(db: sqlite3.Connection, recipe: bytes) -> Scores:
    """What the rows' texts were rated at."""
    found = Scores()
    for ended, _ in all_ended(db, recipe):
        found.hear(ended.climbed)
    return found


def ended_of(glance: Glance, known: Verdicts) -> EndedRow:
    """Which asking decided about a row, and which check the text ended at."""
    final = deciding(glance, known)
    climbed = tuple(known[key] for key in final.verdicts if key in known) if final else ()
    return EndedRow(glance, final, _rung(climbed) if glance.status == Status.REJECTED else "", climbed)


def _rung(climbed: Sequence[Verdict]) -> str:
    """The check that a rejected text ended at: the one that was in its way, or that should have said yes."""
    ended = [verdict for verdict in climbed if not verdict.ok]
    last = [verdict for verdict in climbed if verdict.status not in YES][-1:] or climbed[-1:]
    return next((verdict.check for verdict in (*ended, *last)), "")


def deciding(glance: Glance, known: Verdicts) -> Attempt | None:
    """The asking whose text the row ended with; where it ended with none, the one that came highest."""
    if len(glance.attempts) == 1:
        return glance.attempts[0]
    last = list({attempt.sample: attempt for attempt in glance.attempts}.values())
    fitting = [attempt for attempt in last if attempt.reason == glance.reason]
    chosen = [attempt for attempt in fitting if attempt.text and attempt.text == glance.text]

    def passed(attempt: Attempt) -> int:
        return sum(known[key].status in YES for key in attempt.verdicts if key in known)

    return max(chosen or fitting or last, key=passed, default=None)
