"""What a check found, kept in its ledger as a run's outcomes are: so report, compare and status read it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import orjson

from rtlglot.checks import Check
from rtlglot.checks.words import in_plain_words
from rtlglot.errors import InputError
from rtlglot.formats import Dataset
from rtlglot.ledger import Indexed, Ledger
from rtlglot.ledger.keys import content_key
from rtlglot.ledger.recipe import Recipe, recipe_key
from rtlglot.records import Attempt, Json, Outcome, Pair, Reason, Row, Sampling, Status, Verdict

log = logging.getLogger("rtlglot")

Examined = Sequence[tuple[Verdict, bytes]]


class Record:
    """One check's run. A row is accepted where nothing said no to its text; no model is asked."""

    def __init__(
        self,
        ledger: Ledger,
        dataset: Dataset,
        recipe: Recipe,
        spec: dict[str, Json],
        command: Sequence[str],
    ) -> None:
        """Indexes the rows and begins the run. `spec` says where and how, for people and for reading the
        input again; `command` is the argument vector, if any."""
        self._ledger, self._key, self._field = ledger, recipe_key(recipe), recipe.pair.target
        self._reads = [spec[name] for name in ("field", "reference", "testbench", "interface") if spec[name]]
        self._run: int | None = None
        rows = (Indexed(r.position, r.id, content_key(r, self._reads), r.where) for r in dataset)
        try:
            ledger.index(rows, dataset.name)
        except InputError as error:
            # Verdicts do not need ids; only what is told row by row does.
            log.warning("no report can be made of this check: %s", error)
            return
        self._run = ledger.begin_run(recipe, orjson.dumps(spec, default=str).decode(), command)

    async def settle(self, row: Row, text: str | None, examined: Examined) -> None:
        """Keep what a row came to."""
        if self._run is not None:
            key = b"" if text is None else self._ledger.save_text(text)
            outcome = outcome_of(row.id, self._field, text, key, examined)
            await self._ledger.settle(self._key, content_key(row, self._reads), outcome)

    def end(self, ending: str) -> None:
        """Say how the run ended."""
        if self._run is not None:
            self._ledger.end_run(self._run, ending)


def outcome_of(row_id: str, field: str, text: str | None, key: bytes, examined: Examined) -> Outcome:
    """The outcome of a row that was checked and not asked."""
    if text is None:
        return Outcome(row_id, Status.FAILED, Reason.MISSING_FIELD, detail=f"the row has no {field}")
    bad = next((verdict for verdict, _ in examined if not verdict.ok), None)
    reason = bad.reason if bad else Reason.OK
    return Outcome(
        id=row_id,
        status=Status.REJECTED if bad else Status.ACCEPTED,
        reason=reason,
        text=text,
        detail=in_plain_words(bad) if bad else "",
        attempts=(Attempt(b"", 0, 0, reason, tuple(verdict for _, verdict in examined), text=key),),
    )


def check_recipe(field: str, checks: Sequence[Check], standard: str, interface: str) -> Recipe:
    """All that decides what a check says: no engine, no model."""
    return Recipe(
        pair=Pair(field, field),
        prompt="",
        engine="",
        model="",
        identity={},
        sampling=Sampling(max_tokens=0),
        checks=tuple(check.identity() for check in checks),
        standard=standard,
        interface=interface,
    )
