"""One process per ledger: an fcntl lock, which the kernel drops when its process dies; on a network file
system a lease.

Not flock: that is inherited over fork, so an orphaned child would hold it after a kill -9. The lock
sits on a file of its own because closing any handle of a file drops all fcntl locks on it.

That file also says how many replies were committed: of a write-ahead log that was cut off or taken away
after a kill, SQLite says nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from pathlib import Path
from typing import IO

from rtlglot.errors import LedgerError, OutputError
from rtlglot.ledger.filesystem import is_network
from rtlglot.ledger.lease import Lease

try:
    import fcntl
except ImportError:  # Windows: no advisory locks; the README says so
    fcntl = None  # type: ignore[assignment]


_LENGTH = 400
"""Bytes of what stands in the file."""


def take_lock(ledger: Path) -> Lock | Lease:
    """What keeps others off this ledger, where it lies. Raises LedgerError naming who works on it."""
    return Lease(ledger) if is_network(ledger) else Lock(ledger)


class Lock:
    """Held from construction until `release`."""

    def __init__(self, ledger: Path) -> None:
        """Raises LedgerError naming the process that works on this ledger."""
        self._path = ledger.with_name(ledger.name + ".lock")
        try:
            self._file: IO[bytes] = open(  # noqa: SIM115 - held open
                self._path, "r+b", buffering=0, opener=_follow_no_link
            )
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}") from error
        if fcntl is not None:
            self._take(ledger)
        self._holder = f"process {os.getpid()} on {socket.gethostname()}"
        said = re.search(rb"\nreplies (\d+)\n", self._file.read(_LENGTH))
        self.remembered = int(said[1]) if said else 0
        """Replies that were on disk when the last process was killed; 0 after one that ended."""
        self.remember(self.remembered)

    def _take(self, ledger: Path) -> None:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.readline(200).decode(errors="replace").strip() or "another process"
            self._file.close()
            raise LedgerError(
                f"{ledger} is in use by {holder}",
                hint="wait until it has finished, stop it, or give this run another --output",
            ) from error

    def remember(self, replies: int) -> None:
        """So many replies are on disk."""
        with contextlib.suppress(OSError):  # of a full disk: the lock holds, only what it says is missing
            self._file.seek(0)
            self._file.write(f"{self._holder}\nreplies {replies:012}\n".ljust(_LENGTH).encode())

    def guard(self) -> None:
        """The kernel takes it from no process that lives."""

    def release(self) -> None:
        """Let go. May be called twice. The file stays: removing it would race with the next process."""
        if not self._file.closed:
            self.remember(self.remembered)
        self._file.close()


def _follow_no_link(name: str, flags: int) -> int:
    """A link there would have whatever it leads to emptied."""
    return os.open(name, flags | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
