"""Connections whose errors are ours: what SQLite says becomes what a person can do about it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rtlglot.errors import LedgerError

RECOVER = (
    "put back a copy of it; or save what can be read into a new one: "
    "sqlite3 LEDGER .recover | sqlite3 NEW (what is lost there is bought again)"
)
_KEEP = "run the same command again: it resumes, and nothing that was paid for is lost"


def connect(path: Path | str, *, shown: Path | str, uri: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode. It and its cursors raise LedgerError about the file `shown`; a
    broken constraint stays sqlite3.IntegrityError. Raises LedgerError."""
    with explained(shown):
        db = sqlite3.connect(
            path, uri=uri, timeout=60, isolation_level=None, check_same_thread=False, factory=_Connection
        )
    db.shown = shown
    return db


def rollback(db: sqlite3.Connection) -> None:
    """End a transaction that failed; a full disk has ended it already."""
    if db.in_transaction:
        db.execute("ROLLBACK")


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is written within, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        rollback(db)
        raise


class _Connection(sqlite3.Connection):
    shown: Path | str

    # Not by `explained`: a generator for each of a run's many small queries costs as much as they do.
    def execute(self, *given: Any) -> sqlite3.Cursor:
        """As all below: the usual one, in our words."""
        try:
            return self.cursor(_Cursor).execute(*given)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise trouble(self.shown, error) from error

    def executemany(self, *given: Any) -> sqlite3.Cursor:
        with explained(self.shown):
            return self.cursor(_Cursor).executemany(*given)


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise trouble(self.connection.shown, error) from error

    def fetchall(self) -> list[Any]:
        with explained(self.connection.shown):
            return super().fetchall()

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.Error as error:
            raise trouble(self.connection.shown, error) from error


@contextlib.contextmanager
def explained(path: Path | str) -> Iterator[None]:
    """Turn SQLite's errors into LedgerError."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        raise trouble(path, error) from error


def trouble(path: Path | str, error: sqlite3.Error) -> LedgerError:
    """What an error of SQLite means for a ledger, and what to do."""
    # Errors that Python itself raises have no code: text that is no UTF-8 is the one that can happen.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return LedgerError(
            f"the disk is full: {path} cannot be written", hint=f"free some space, then {_KEEP}"
        )
    if code == sqlite3.SQLITE_IOERR:
        return LedgerError(f"the disk that holds {path} fails: {error}", hint=f"when it works again, {_KEEP}")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerError(f"{path} is in use by another program: {error}", hint=f"close it, then {_KEEP}")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return LedgerError(
            f"{path} cannot be opened: {error}", hint=f"may you write to it and to its folder? Then {_KEEP}"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return LedgerError(
            f"{path} cannot be opened as a ledger: it is none, or its beginning is damaged",
            hint="put back a copy of it, or name another output: with a new one all replies are bought again",
        )
    return LedgerError(f"{path} is damaged: {error}", hint=RECOVER)


def _is_full(path: Path | str) -> bool:
    try:
        return os.statvfs(Path(path).parent).f_bavail == 0
    except OSError:
        return False
