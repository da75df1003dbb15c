"""The ledger's only writer: a thread that commits whatever has gathered, then acknowledges it.

While one commit waits for the disk the next batch gathers, so the number of fsyncs follows the disk
and not the number of rows, and there is no queue left to drain after the last reply.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import chain
from typing import Any

from rtlglot.errors import LedgerError
from rtlglot.ledger.connection import rollback
from rtlglot.ledger.lease import Lease
from rtlglot.ledger.lock import Lock
from rtlglot.ledger.opening import replies_of

MOST_PER_COMMIT = 2000
_CROWD = 12
"""Entries of a commit (a row has some four) after which the next one waits `_GATHER_S` for company: a commit
of many rows costs each of them a fifth of what it costs a few."""
_GATHER_S = 0.01

_ROWS_PER_STATEMENT = 32
"""Each statement lets the interpreter go, and to have it back from a busy loop costs more than a row."""

Entry = tuple[str, tuple[Any, ...], "asyncio.Future[None]"]


class Writer:
    """Takes (INSERT of one row, parameters), gives a future that resolves when they are on disk."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], lock: Lock | Lease) -> None:
        """`lock` guards each commit, and raises LedgerError where it must not be."""
        self._gathered: list[Entry] = []
        self._closing = False
        self._guard = threading.Lock()
        """Of these two."""
        self._wake = threading.Semaphore(0)
        """Raised for the first entry of a batch only: to wake a thread costs more than to write a row."""
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._connection, self._lock = connect(), lock
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self._thread.start()

    def put(self, sql: str, parameters: tuple[Any, ...]) -> asyncio.Future[None]:
        """Queue one statement; entries are committed in the order of their putting."""
        future = self._loop.create_future()
        with self._guard:
            self._gathered.append((sql, parameters, future))
            first = len(self._gathered) == 1
        if first:
            self._wake.release()
        return future

    async def aclose(self) -> None:
        """Commit what is queued, then end."""
        with self._guard:
            self._closing = True
        self._wake.release()
        await self._ended  # not joined in a thread: at the end of a program there are no new ones

    def _work(self) -> None:
        connection, closing, crowd = self._connection, False, False
        failure: Exception | None = None
        while not closing:
            self._wake.acquire()
            if crowd:
                time.sleep(_GATHER_S)
            with self._guard:
                gathered, self._gathered = self._gathered, []
                closing = self._closing
            crowd = len(gathered) >= _CROWD
            for start in range(0, len(gathered), MOST_PER_COMMIT):
                batch = gathered[start : start + MOST_PER_COMMIT]
                # After a failure nothing more: what came later may rest on a text that was lost with it.
                failure = failure or self._commit(connection, batch)
                self._acknowledge(batch, failure)
        connection.close()
        self._loop.call_soon_threadsafe(self._ended.set_result, None)

    def _commit(self, connection: sqlite3.Connection, batch: list[Entry]) -> Exception | None:
        statements: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for sql, parameters, _ in batch:
            statements[sql].append(parameters)
        try:
            connection.execute("BEGIN IMMEDIATE")
            for sql, rows in statements.items():
                _insert(connection, sql, rows)
            self._lock.guard()
            connection.execute("COMMIT")
            self._lock.remember(replies_of(connection))
        except (LedgerError, sqlite3.Error, OverflowError, ValueError, TypeError) as error:
            with contextlib.suppress(LedgerError):
                rollback(connection)
            hint = error.hint if isinstance(error, LedgerError) else "this is a bug: please tell us of it"
            failure = LedgerError(f"the ledger could not be written: {error}", hint=hint)
            failure.__cause__ = error
            return failure
        return None

    def _acknowledge(self, batch: list[Entry], failure: Exception | None) -> None:
        def resolve() -> None:
            for _, _, future in batch:
                if future.done():
                    continue
                if failure is None:
                    future.set_result(None)
                else:
                    future.set_exception(failure)
                    future.exception()  # the row's settling tells; a reply's future nobody awaits

        self._loop.call_soon_threadsafe(resolve)


def _insert(connection: sqlite3.Connection, sql: str, rows: list[tuple[Any, ...]]) -> None:
    into, values, row = sql.partition(" VALUES ")
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        some = rows[start : start + _ROWS_PER_STATEMENT]
        connection.execute(into + values + ", ".join([row] * len(some)), [*chain.from_iterable(some)])
