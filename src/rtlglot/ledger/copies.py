"""A ledger that works on a local disk, with whole copies of it beside the output.

Every copy gets a name of its own. A local ledger remembers the name of the last copy that is surely there,
and of those that were begun since: so it knows whether the copy it finds came from it, or from another
host that went on.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from pathlib import Path

from rtlglot.errors import LedgerError
from rtlglot.ledger.absorb import absorb
from rtlglot.ledger.keys import digest
from rtlglot.ledger.opening import open_reading

_LEAST_S = 60.0
_SHARE = 20
"""A copy takes at most this part of the time."""


def local_of(ledger: Path, folder: Path) -> Path:
    """Where the local ledger lies whose copies go to `ledger`."""
    return folder / f"{digest(str(ledger.resolve())).hex()[:8]}-{ledger.name}"


def bring(ledger: Path, local: Path) -> None:
    """Make the local ledger the newest there is, before it is opened.

    Where another host has gone on with a copy, that copy counts, and of the local one what was bought.
    """
    if not ledger.exists():
        return
    if not local.exists():
        _copy(ledger, local)
    elif _names(ledger)[:1] != [] and _names(ledger)[0] not in _names(local):
        older = local.with_name(local.name + ".older")
        _copy(local, older)
        for rest in ("-wal", "-shm"):
            local.with_name(local.name + rest).unlink(missing_ok=True)
        _copy(ledger, local)
        with (
            contextlib.closing(sqlite3.connect(local, isolation_level=None)) as db,
            contextlib.closing(open_reading(older)) as source,
        ):
            absorb(db, source, outcomes=False)
        older.unlink()


class Copies:
    """Copies a local ledger where there is no copy yet, while it is worked on, and at the end."""

    def __init__(self, local: Path, ledger: Path) -> None:
        self._local, self._ledger = local, ledger
        self._done = threading.Event()
        if not ledger.exists():
            self._now()  # from now on the output is known for ours
        self._thread = threading.Thread(target=self._work, name="ledger-copies", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The last copy. Raises LedgerError where it cannot be written."""
        self._done.set()
        self._thread.join()
        self._now()

    def _work(self) -> None:
        pause_s = _LEAST_S
        while not self._done.wait(pause_s):
            begun = time.monotonic()
            with contextlib.suppress(LedgerError):  # the next one may succeed; the last one must
                self._now()
            pause_s = max(_LEAST_S, _SHARE * (time.monotonic() - begun))

    def _now(self) -> None:
        name = secrets.token_hex(8)
        try:
            _remember(self._local, [name, *_names(self._local)])
            _copy(self._local, self._ledger)
            _remember(self._local, [name])
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(
                f"the ledger could not be copied to {self._ledger}: {error}",
                hint=f"it is whole in {self._local}: free some space, then run the same command",
            ) from error


def _names(ledger: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        found = db.execute("SELECT value FROM meta WHERE key = 'copies'").fetchone()
    return found[0].split() if found else []


def _remember(ledger: Path, names: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(ledger, timeout=60)) as db, db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('copies', ?)", (" ".join(names),))


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all; a copy needs no file beside it to be read."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        reader = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
        with contextlib.closing(reader), contextlib.closing(sqlite3.connect(draft)) as db:
            reader.backup(db)
            db.execute("PRAGMA journal_mode=DELETE")
        with open(draft, "rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
