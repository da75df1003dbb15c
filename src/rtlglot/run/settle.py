"""The pending rows through their walk: each outcome is settled in the ledger as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from rtlglot import __version__
from rtlglot.errors import InputError, Unanswered
from rtlglot.formats import Dataset
from rtlglot.ledger import Index, Indexed, Ledger
from rtlglot.ledger.keys import canonical, content_key, digest
from rtlglot.records import Outcome, Row, Status
from rtlglot.registry import did_you_mean
from rtlglot.run.interrupt import stopping
from rtlglot.run.loop import run_loop
from rtlglot.run.until import Until
from rtlglot.run.watch import IN_FLIGHT, Tally, Watch, ticking

log = logging.getLogger("rtlglot")


def refuse_fields_of_nothing(named: Iterable[str], columns: Collection[str], file: str) -> None:
    """InputError for one of the named fields that no row has: a typing error, not so many failed rows."""
    for name in named:
        if columns and name not in ("", "auto") and name not in columns:
            hint = did_you_mean(name, list(columns))
            raise InputError(f"no row has a field {name!r}", file=file, hint=hint)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an input, and what of them decides an outcome."""

    dataset: Dataset
    recipe: bytes
    """The recipe's key."""
    reads: tuple[str, ...] | None
    """Fields of a row that decide its outcome; None: all."""
    numbered: bool = False
    """Whether the ledger knows them by number, because their ids are not unique."""

    def __iter__(self) -> Iterator[Row]:
        """As the ledger knows them."""
        return self.rows_from(0)

    def rows_from(self, position: int) -> Iterator[Row]:
        """See `Dataset.rows_from`."""
        for row in self.dataset.rows_from(position):
            yield replace(row, id=f"{row.position + 1}: {row.id}") if self.numbered else row

    def index(self, ledger: Ledger, named: Iterable[str] = ()) -> int:
        """Take them in; how many there are.

        Raises DuplicateId, and InputError for one of the named fields that no row has: a typing
        error, not so many failed rows.
        """
        stamp = self.stamp()
        index = ledger.kept_index(stamp) or self._index_anew(ledger, stamp)
        self.dataset.recall(index.columns)
        refuse_fields_of_nothing(named, self.dataset.columns, self.dataset.name)
        return index.rows

    def stamp(self) -> str:
        """What an index depends on; '' where it cannot be told."""
        state = self.dataset.state
        parts = (__version__, state, canonical(self.reads), str(self.numbered))
        return digest(*parts).hex() if state else ""

    def _index_anew(self, ledger: Ledger, stamp: str) -> Index:
        rows = (Indexed(r.position, r.id, content_key(r, self.reads), r.where) for r in self)
        total = ledger.index(rows, self.dataset.name)
        index = Index(stamp, self.dataset.columns, total)
        ledger.keep_index(index)
        return index

    def pending(self, ledger: Ledger) -> Iterator[Row]:
        """Those without an outcome yet."""
        positions = ledger.pending(self.recipe)
        wanted = next(positions, None)
        for row in self.rows_from(wanted or 0):
            if wanted is None:
                return
            if row.position == wanted:
                yield row
                wanted = next(positions, None)


@dataclass(frozen=True, slots=True)
class Settler:
    """Takes rows through their walk."""

    rows: Rows
    ledger: Ledger
    tally: Tally
    watch: Watch
    look: Callable[[], None] = lambda: None
    """Brings the tally up to date before it is shown."""
    until: Until | None = None
    """When it has to end."""
    give_up: Callable[[], None] = lambda: None
    """Called when it is to end early: whoever waits for a better moment stops waiting."""

    async def __call__(
        self, walk: Callable[[Row], Awaitable[Outcome]], *, in_flight: int, drain_s: float
    ) -> str:
        """All pending rows, so many at once. '' where each had its turn; where a signal ended it early,
        'stopped' or 'interrupted'. See `loop`."""
        stop, until = asyncio.Event(), self.until

        async def settle(row: Row) -> None:
            with contextlib.suppress(Unanswered):  # it stays pending
                await self.settle(row, walk)

        def left_s() -> float:
            return until.left_s if until is not None and until.closed else drain_s

        def tell() -> None:
            self.give_up()
            rows = self.tally.doing[IN_FLIGHT]
            self.watch.note(f"draining {rows:,} rows, up to {left_s():.3g} s; again to stop now")

        pending = self.rows.pending(self.ledger)
        self.tally.start()
        async with contextlib.AsyncExitStack() as stack:
            ending = stack.enter_context(stopping(stop, tell))
            stack.enter_context(ticking(self.tally, self.watch, self.look))
            if until is not None:
                await stack.enter_async_context(until.watching(stop, tell))
            await run_loop(pending, settle, in_flight=in_flight, stop=stop, drain_s=left_s)
            self.tally.end()
        return ending[0] if stop.is_set() and self.tally.pending else ""

    async def settle(self, row: Row, walk: Callable[[Row], Awaitable[Outcome]]) -> Outcome:
        """One row through its walk; on disk when this returns."""
        begun = time.monotonic()
        with self.tally.at(IN_FLIGHT):
            outcome = await walk(row)
        await self.ledger.settle(self.rows.recipe, content_key(row, self.rows.reads), outcome)
        if self.until is not None:
            self.until.see(time.monotonic() - begun)
        self.tally.counts.settle(outcome.status, outcome.reason, outcome.assurance)
        if outcome.status is Status.FAILED:  # why a text was rejected is among the failures
            log.info("%s %s: %s (%s)", outcome.status, row.id, outcome.reason, outcome.detail)
        self.watch.settled(outcome)
        return outcome
