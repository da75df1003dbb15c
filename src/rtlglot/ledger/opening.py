"""Opening a ledger only to read it: which file, without its lock, and who holds that lock."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rtlglot.errors import LedgerError, UsageError
from rtlglot.ledger.connection import connect, explained
from rtlglot.ledger.lease import lease_holder
from rtlglot.ledger.parts import gather
from rtlglot.ledger.schema import SCHEMA, prepare, version
from rtlglot.records import PARTS_MANIFEST
from rtlglot.stores.remote import here
from rtlglot.stores.store import holds

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100


def find_ledger(output: str | os.PathLike[str]) -> Path:
    """The ledger that belongs to an output, or the path itself where it is one; of a folder of parts it is
    brought up to date. That of an output at a URL is on this machine. Raises UsageError."""
    if holds(output, PARTS_MANIFEST):
        return gather(output)
    path = here(os.fspath(output))
    if (path / "answers.jsonl.ledger").is_file():  # of an evaluation
        path = path / "answers.jsonl"
    beside = path.with_name(path.name + ".ledger")
    if beside.is_file():
        return beside
    if path.is_file():
        with open(path, "rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                return path
        raise UsageError(
            f"{path} has no ledger beside it: there is no {beside.name}",
            hint="name the output of a run whose OUTPUT.ledger was kept, or the ledger itself",
        )
    raise UsageError(f"there is no {path} and no {beside}", hint="name the output of a run, or its ledger")


def find_input(spec: Mapping[str, Any], ledger: Path) -> Path | None:
    """The (first) input of a run, where it still is. Paths in a ledger are as they were given: relative to
    where the run was started, most often here."""
    given = spec.get("input") or ""
    name = str(given if isinstance(given, str) else given[0])
    if name in ("", "-"):
        return None
    for path in (Path(name), ledger.parent / name, ledger.parent / Path(name).name):
        if path.exists() and not path.is_fifo():
            return path
    return None


def is_blank(path: Path) -> bool:
    """Whether there is no ledger, or a file that holds nothing (SQLite's header alone is 100 bytes)."""
    return not path.exists() or path.stat().st_size < _HEADER_BYTES


def replies_of(db: sqlite3.Connection) -> int:
    """How many replies there are, or were where some have been replaced."""
    return int(db.execute("SELECT coalesce(max(rowid), 0) FROM replies").fetchone()[0])


def open_reading(path: Path) -> sqlite3.Connection:
    """A read-only connection; takes no lock. Raises LedgerError where it is no ledger of ours.

    One of the version before is read through a temporary copy of it, which has this version's schema.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    # A copy in a folder that we may not write to has no shared memory: nobody can write it either.
    for way in (uri, uri + "&immutable=1"):
        db = connect(way, shown=path, uri=True)
        try:
            found = version(db, path)
            if found is None:
                raise LedgerError(
                    f"{path} cannot be read as a ledger: it is empty", hint="put back a copy of it"
                )
            return db if found == SCHEMA else _brought(db, path)
        except LedgerError as error:
            db.close()
            by_sqlite = isinstance(error.__cause__, sqlite3.Error)
            if not by_sqlite or way != uri or path.with_name(path.name + "-wal").exists():
                raise
    raise LedgerError(f"{path} cannot be read as a ledger")


def _brought(db: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    copy = connect("", shown=path)  # a file without a name, gone when it is closed
    with contextlib.closing(db), explained(path):
        db.backup(copy)
    prepare(copy, path)
    return copy


def holder(path: Path) -> str | None:
    """Who works on a ledger now, by its lock: 'process 71 on box'; None where nobody does."""
    if (leased := lease_holder(path)) is not None:
        return leased
    lock = path.with_name(path.name + ".lock")
    if fcntl is None or not lock.exists():
        return None
    with contextlib.suppress(OSError), open(lock, encoding="utf-8", errors="replace") as file:
        # Only asked, never taken: a process that starts meanwhile must find it free.
        answer = fcntl.fcntl(file, fcntl.F_GETLK, _lock_request())
        if _lock_type(answer) != fcntl.F_UNLCK:
            return file.readline(200).strip() or "another process"
    return None


_DARWIN = sys.platform == "darwin"


def _lock_request() -> bytes:
    assert fcntl is not None
    if _DARWIN:
        return struct.pack("qqihh", 0, 0, 0, fcntl.F_WRLCK, 0)
    return struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)


def _lock_type(answer: bytes) -> int:
    if _DARWIN:
        return int(struct.unpack("qqihh", answer)[3])
    return int(struct.unpack("hhqqi4x", answer)[0])
