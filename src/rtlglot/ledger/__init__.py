"""The ledger: one SQLite file beside the output, the only truth about what was asked and what came of it.

Outputs are exports of it. Writes go through one thread (`writer`), reads through short queries, so
that no reader holds the write-ahead log open.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import orjson

from rtlglot.errors import LedgerError
from rtlglot.ledger import reading, verdicts
from rtlglot.ledger.absorb import absorb, number
from rtlglot.ledger.connection import connect
from rtlglot.ledger.counts import Counts, Scores, counts
from rtlglot.ledger.ended import rungs, scores
from rtlglot.ledger.filesystem import is_network
from rtlglot.ledger.intact import SAVE_TEXT, checksum, storable, text_key
from rtlglot.ledger.keys import KeysSeen, prefix_key
from rtlglot.ledger.lease import Lease
from rtlglot.ledger.lock import Lock, take_lock
from rtlglot.ledger.opening import open_reading, replies_of
from rtlglot.ledger.outcomes import SETTLE, settle_parameters
from rtlglot.ledger.reading import PAGE_ROWS
from rtlglot.ledger.recipe import Recipe, recipe_body, recipe_key
from rtlglot.ledger.redo import finish_redo, redo
from rtlglot.ledger.rows import Index, Indexed, Settled, keep, kept, take_in
from rtlglot.ledger.schema import prepare
from rtlglot.ledger.writer import Writer
from rtlglot.records import CheckStatus, Finish, Outcome, Reply, Request, Verdict

__all__ = ["Index", "Indexed", "Ledger", "Settled"]


class Ledger:
    """Open for work, and locked. `opening.open_reading` reads one beside it."""

    def __init__(self, path: Path, lock: Lock | Lease | None = None) -> None:
        """Raises LedgerError where another process works on it or it is not a ledger.

        `lock` is one that is held already; closing the ledger lets it go, too.

        A ledger of an older version is brought to this one's schema, in one transaction.
        """
        self.path = path
        self._lock = lock or take_lock(path)
        had = self._lock.remembered if path.exists() else 0
        try:
            self._db = self._connect()
            prepare(self._db, path)
            if (has := replies_of(self._db)) < had:
                self._db.close()
                raise LedgerError(
                    f"{path} has {has:,} replies and had {had:,}: its -wal file was cut off or taken away",
                    hint=f"put it back; or remove {path}.lock to go on without them: they are bought again",
                )
            self._lock.remembered = 0  # from here on the process that works on it tells
        except LedgerError:
            self._lock.release()
            raise
        self._writer: Writer | None = None
        self._bought, self._judged = KeysSeen(unknown=True), KeysSeen(unknown=True)
        """Spare a new ledger a look for each of its requests and verdicts."""
        self._written: set[bytes] = set()
        """Keys of prefixes and texts that were put lately."""

    # -- opening and closing ------------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        db = connect(self.path, shown=self.path)
        # On a network file system WAL's shared memory does not work: a rollback journal does.
        journal = "TRUNCATE" if is_network(self.path) else "WAL"
        db.execute(f"PRAGMA journal_mode={journal}")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA cache_size=-32000")
        return db

    def start_writing(self) -> None:
        """Begin group commits; call inside the running event loop."""
        self._bought, self._judged = self._seen("replies"), self._seen("verdicts")
        self._writer = Writer(self._connect, self._lock)

    def _seen(self, table: str) -> KeysSeen:
        return KeysSeen(unknown=self._db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None)

    async def stop_writing(self) -> None:
        """Commit everything queued."""
        if self._writer is not None:
            await self._writer.aclose()
            self._writer = None

    def close(self) -> None:
        """Close the file and release its lock."""
        self._db.close()
        self._lock.release()

    # -- recipes and runs ---------------------------------------------------------------------

    def begin_run(self, recipe: Recipe, spec: str, command: Sequence[str] = ()) -> int:
        """Remember the recipe and that a process works on it; the run's number.

        `spec` is JSON, `command` the argument vector that the process was started with, if any.
        """
        key = recipe_key(recipe)
        self._db.execute(
            "INSERT OR IGNORE INTO recipes (recipe, body, created) VALUES (?, ?, ?)",
            (key, recipe_body(recipe), time.time()),
        )
        return self.go_on(key, spec, command)

    def go_on(self, recipe: bytes, spec: str, command: Sequence[str] = ()) -> int:
        """As `begin_run`, with a recipe that the ledger knows by its key."""
        cursor = self._db.execute(
            "INSERT INTO runs (recipe, spec, command, started) VALUES (?, ?, ?, ?)",
            (recipe, spec, orjson.dumps(list(command)).decode() if command else None, time.time()),
        )
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, ending: str, worked: tuple[float, float] | None = None) -> None:
        """Remember how a run ended, one of Summary.ending, and when it worked on rows: from, until."""
        update = "UPDATE runs SET started = coalesce(?, started), ended = ?, ending = ? WHERE run = ?"
        self._db.execute(update, (*(worked or (None, time.time())), ending, run))

    def last_recipe(self) -> bytes | None:
        """Key of the recipe that the latest run worked on."""
        found = self._db.execute("SELECT recipe FROM runs ORDER BY run DESC LIMIT 1").fetchone()
        return found[0] if found else None

    def round(self, recipe: bytes) -> int:
        """How often rows were redone under a recipe: the attempt number of new requests."""
        found = self._db.execute("SELECT round FROM recipes WHERE recipe = ?", (recipe,)).fetchone()
        return int(found[0]) if found else 0

    def redo(self, recipe: bytes, previous: bytes | None, chosen: Collection[str]) -> bool:
        """Free the rows that ended with one of the chosen statuses or reasons, keep the others.

        With another recipe than the previous run's, what is kept is adopted under the new one. True
        where an unfinished redo goes on instead. One transaction.
        """
        return redo(self._db, recipe, previous, chosen)

    def finish_redo(self, recipe: bytes) -> None:
        """Every row has its outcome: the next redo is a new one."""
        finish_redo(self._db, recipe)

    # -- the input ----------------------------------------------------------------------------

    def index(self, rows: Iterable[Indexed], name: str = "") -> int:
        """Take in the input's ids and contents, all or nothing; how many rows there are.

        `name` is the input's, for people. Raises DuplicateId for an id that occurs twice, naming both places.
        """
        return take_in(self._db, rows, name)

    def keep_index(self, index: Index) -> None:
        """Remember what the rows were taken from."""
        keep(self._db, index)

    def kept_index(self, stamp: str) -> Index | None:
        """The index of an input in the state that `stamp` names, where it is the one that is here."""
        return kept(self._db, stamp)

    def absorb(self, other: Path, *, outcomes: bool = True) -> None:
        """Take over what another ledger knows, key by key; see `absorb`."""
        with closing(open_reading(other)) as source:
            absorb(self._db, source, outcomes=outcomes)

    def number(self, recipe: bytes) -> None:
        """Outcomes of shards for rows that are known by number here; see `number`."""
        number(self._db, recipe)

    def pending(self, recipe: bytes) -> Iterator[int]:
        """Positions of the rows that have no outcome under a recipe yet, in the input's order."""
        query = """
            SELECT r.position FROM rows r WHERE r.position >= ? AND NOT EXISTS (
                SELECT 1 FROM outcomes o WHERE o.recipe = ? AND o.id = r.id AND o.content = r.content
            ) ORDER BY r.position LIMIT ?"""
        start = 0
        while page := self._db.execute(query, (start, recipe, PAGE_ROWS)).fetchall():
            for (position,) in page:
                yield position
            start = page[-1][0] + 1

    def settled(self, recipe: bytes) -> Iterator[Settled]:
        """Every row of the input with its outcome, in the input's order."""
        start = 0
        while page := reading.outcomes_from(self._db, recipe, start):
            yield from map(Settled._make, page)
            start = page[-1][0] + 1

    def has_row(self, id_: str) -> bool:
        """Whether the input, as last indexed, has a row of this id."""
        return self._db.execute("SELECT 1 FROM rows WHERE id = ?", (id_,)).fetchone() is not None

    def counts(self, recipe: bytes) -> Counts:
        """How the rows of the input stand."""
        return counts(self._db, recipe)

    def rungs(self, recipe: bytes) -> dict[str, Counter[CheckStatus]]:
        """Check -> status -> rows whose text got it."""
        return rungs(self._db, recipe)

    def scores(self, recipe: bytes) -> Scores:
        """What the rows' texts were rated at."""
        return scores(self._db, recipe)

    # -- replies ------------------------------------------------------------------------------

    def reply(self, key: bytes, sample: int, attempt: int) -> Reply | None:
        """The reply bought for a request earlier, if there is one. Raises LedgerError for a damaged one."""
        if key not in self._bought:
            return None
        found = reading.bought(self._db, (key, sample, attempt))
        if found is None:
            return None
        return Reply(
            found.text, Finish(found.finish), found.prompt_tokens, found.completion_tokens,
            found.cached_tokens, found.think, found.seconds,
        )  # fmt: skip

    def save_reply(self, key: bytes, request: Request, reply: Reply) -> asyncio.Future[None]:
        """Queue a reply; the future resolves when it is on disk."""
        self._bought.add(key)
        *before, last = request.messages
        prefix = prefix_key(tuple(before))
        if self._is_new(prefix):
            messages = orjson.dumps([(m.role, storable(m.content)) for m in before]).decode()
            self._put("INSERT OR IGNORE INTO prefixes VALUES (?, ?)", (prefix, messages))
        columns = (
            storable(reply.text), storable(reply.think), reply.finish.value, reply.prompt_tokens,
            reply.completion_tokens, reply.cached_tokens, float(reply.seconds),
        )  # fmt: skip
        slot = (key, request.sample, request.attempt)
        chat = (prefix, storable(last.content))
        return self._put(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*slot, *chat, *columns, checksum([*slot, *columns, *chat]), time.time()),
        )

    def save_text(self, text: str) -> bytes:
        """Queue a text; its key. Committed no later than what is queued after it."""
        key = text_key(text)
        if self._is_new(key):
            self._put(SAVE_TEXT, (key, storable(text)))
        return key

    def _is_new(self, key: bytes) -> bool:
        """Whether a prefix or text has not been put lately."""
        if key in self._written:
            return False
        if len(self._written) > 1000:
            self._written.clear()
        self._written.add(key)
        return True

    # -- verdicts -----------------------------------------------------------------------------

    def verdict(self, key: bytes) -> Verdict | None:
        """The verdict given earlier, if there is one."""
        return reading.verdicts(self._db, [key]).get(key) if key in self._judged else None

    def save_verdict(self, key: bytes, verdict: Verdict) -> asyncio.Future[None]:
        """Queue a verdict."""
        self._judged.add(key)
        return self._put(verdicts.SAVE, verdicts.verdict_parameters(key, verdict))

    # -- outcomes -----------------------------------------------------------------------------

    def settle(self, recipe: bytes, content: bytes, outcome: Outcome) -> asyncio.Future[None]:
        """Queue what a row ended as; the future resolves when it is on disk."""
        for text in (outcome.text, *outcome.texts):
            if text is not None:
                self.save_text(text)
        return self._put(SETTLE, settle_parameters(recipe, content, outcome))

    def _put(self, sql: str, parameters: tuple[object, ...]) -> asyncio.Future[None]:
        if self._writer is None:
            raise LedgerError(f"{self.path} is not open for writing")
        return self._writer.put(sql, parameters)
