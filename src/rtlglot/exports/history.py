"""What the ledger knows of a row: every text that was tried for it, and what the checks said of each."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rtlglot.errors import LedgerError
from rtlglot.ledger import opening, reading
from rtlglot.ledger.counts import Counts
from rtlglot.ledger.counts import counts as count_rows
from rtlglot.ledger.ended import rungs
from rtlglot.records import Attempt, CheckStatus, Context, Json, Outcome, Pair, Reason, Verdict
from rtlglot.run.context import context_fields
from rtlglot.run.deliver import ours

_MOST_STEPS = 50


class ExaminedText(NamedTuple):
    """One text that was examined."""

    text: str
    attempt: Attempt
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether no check said no."""
        return self.attempt.reason is Reason.OK


class History:
    """A ledger's last run, read-only; a run that goes on is not disturbed."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerError where it is no ledger, or nothing ever ran on it."""
        self.path = path
        self._db: sqlite3.Connection = opening.open_reading(path)
        runs = reading.runs(self._db)
        if not runs:
            self._db.close()
            raise LedgerError(f"{path} knows of no run", hint="export the output of a run that has begun")
        self.run = runs[-1]
        self.recipe: Mapping[str, Json] = reading.recipe_body(self._db, self.run.recipe)
        field = str(self.run.spec.get("field", ""))
        self.pair = Pair(str(self.run.spec.get("source", "")), str(self.run.spec.get("target", field)))
        """Of a check, which asks for nothing, the source is ''."""
        self._around = context_fields(self.run.spec)
        self.checks: tuple[Mapping[str, Json], ...] = tuple(self.recipe.get("checks", ()))

    def steps(self) -> list[History]:
        """The runs whose outputs led here, the first one first, this one last. The caller closes them."""
        found = [self]
        while len(found) < _MOST_STEPS:
            source = opening.find_input(found[0].run.spec, found[0].path)
            ledger = source and source.with_name(source.name + ".ledger")
            if not ledger or not ledger.exists() or any(ledger.samefile(step.path) for step in found):
                break
            found.insert(0, History(ledger))
        return found

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def check_names(self) -> tuple[str, ...]:
        """The recipe's checks, in the order of the ladder."""
        return tuple(str(check["check"]) for check in self.checks)

    def rungs(self) -> dict[str, Counter[CheckStatus]]:
        """Check -> status -> rows whose text got it."""
        return rungs(self._db, self.run.recipe)

    def counts(self) -> Counts:
        """How the rows of the run's input stand."""
        return count_rows(self._db, self.run.recipe)

    def outcome(self, id_: str) -> Outcome | None:
        """What a row ended as; None where the last run's input has no such row."""
        position = reading.position_of(self._db, id_)
        if position is None:
            return None
        return reading.outcomes_at(self._db, self.run.recipe, [position])[position][1]

    def tried(self, outcome: Outcome) -> list[ExaminedText]:
        """Every text that was examined for a row, in the order of asking."""
        verdicts = reading.verdicts(self._db, [key for a in outcome.attempts for key in a.verdicts])
        texts = reading.texts(self._db, [attempt.text for attempt in outcome.attempts])
        return [
            ExaminedText(
                texts[attempt.text],
                attempt,
                tuple(verdicts[key] for key in attempt.verdicts if key in verdicts),
            )
            for attempt in outcome.attempts
            if attempt.text in texts
        ]

    def score(self, outcome: Outcome) -> float | None:
        """What the text that a row ended with is rated at; None where nothing rated it."""
        ended = [one for one in self.tried(outcome) if one.text == outcome.text]
        return next((v.score for one in reversed(ended) for v in one.verdicts if v.score is not None), None)

    def context(self, fields: Mapping[str, Json]) -> Context:
        """What a row's text was held against; `fields` as the run delivered them."""
        target = self.pair.target
        # What stood in the target field was set aside by the run.
        return self._around({**fields, target: ours(fields, f"reference_{target}")})
