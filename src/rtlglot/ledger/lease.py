"""One process per ledger on a network file system, where the kernel's locks may not reach the other hosts.

A lease is a file that its holder writes anew every few seconds. Who finds one watches it: where it does not
change for long enough by the watcher's own clock, its holder is gone, and the lease is taken over. The clocks
of two hosts are never compared. A holder that stood still meanwhile finds another's name in the file before
its next commit, and commits no more.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.errors import LedgerError, OutputError


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the signs of life of a lease."""

    renew_s: float = 10.0
    stale_s: float = 45.0
    """Without a change for so long its holder is taken for dead."""
    settle_s: float = 3.0
    """Who takes over waits so long and looks whether somebody else did, too."""
    look_s: float = 0.5


class Lease:
    """Held from construction until `release`."""

    def __init__(self, ledger: Path, pace: Pace | None = None) -> None:
        """Raises LedgerError naming the process that works on this ledger; may wait for its next sign."""
        self._ledger, self._pace = ledger, pace or Pace()
        self._path = lease_of(ledger)
        self._token = secrets.token_hex(8)
        self._signs = 0
        self._released = threading.Event()
        try:
            self._take()
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {error.strerror}") from error
        self._thread = threading.Thread(target=self._renew, name="ledger-lease", daemon=True)
        self._thread.start()

    def guard(self) -> None:
        """Raises LedgerError where another process has taken the lease over."""
        found = _read(self._path)
        if found.get("token") != self._token:
            raise LedgerError(
                f"{self._ledger} was taken over by {found.get('holder', 'another process')}: "
                f"this one had given no sign for {self._pace.stale_s:g} s",
                hint="what had finished is in the ledger; the other process goes on with it",
            )

    remembered = 0
    """As of a Lock: without a write-ahead log there is nothing to remember."""

    def remember(self, replies: int) -> None:
        """As of a Lock."""

    def release(self) -> None:
        """Let go."""
        self._released.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            if _read(self._path).get("token") == self._token:
                self._path.unlink()

    # -- how it is taken ------------------------------------------------------------------------

    def _take(self) -> None:
        try:
            with open(self._path, "x", encoding="utf-8") as file:
                file.write(self._body())
            return
        except FileExistsError:
            stale = self._outlived()
        if _read(self._path) == stale:
            self._write()
            time.sleep(self._pace.settle_s)
        if (found := _read(self._path)).get("token") != self._token:
            raise self._in_use(found)

    def _outlived(self) -> dict[str, Any]:
        """What the lease says whose holder is gone. Raises LedgerError where it gives a sign of life."""
        first = _read(self._path)
        if first.get("where") == _where() and not _alive(int(first.get("pid", 0))):
            return first
        deadline = time.monotonic() + self._pace.stale_s
        while time.monotonic() < deadline:
            time.sleep(self._pace.look_s)
            if (found := _read(self._path)) != first:
                raise self._in_use(found)
        return first

    def _in_use(self, found: dict[str, Any]) -> LedgerError:
        return LedgerError(
            f"{self._ledger} is in use by {found.get('holder', 'another process')}",
            hint="wait until it has finished, stop it, or give this run another --output",
        )

    def _renew(self) -> None:
        while not self._released.wait(self._pace.renew_s):
            with contextlib.suppress(OSError):  # the next sign may come through again
                if _read(self._path).get("token") != self._token:
                    return
                self._write()

    def _write(self) -> None:
        draft = self._path.with_name(f"{self._path.name}.{self._token}")
        draft.write_text(self._body(), encoding="utf-8")
        draft.replace(self._path)

    def _body(self) -> str:
        self._signs += 1
        told = {"holder": f"process {os.getpid()} on {socket.gethostname()}", "pid": os.getpid()}
        return json.dumps(
            {**told, "where": _where(), "token": self._token, "sign": self._signs, "at": time.time()}
        )


def lease_of(ledger: Path) -> Path:
    """Where a ledger's lease lies."""
    return ledger.with_name(ledger.name + ".lease")


def lease_holder(ledger: Path, pace: Pace | None = None) -> str | None:
    """Who holds a lease, by its last sign of life; None where nobody does. This one compares clocks of hosts,
    to within a minute."""
    found = _read(lease_of(ledger))
    stale_s = (pace or Pace()).stale_s + 60
    return str(found["holder"]) if found and abs(time.time() - found["at"]) < stale_s else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _where() -> str:
    """This host since it was started, and which of its process tables is ours: a pid means something here."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(os.readlink("/proc/self/ns/pid"))
    return " ".join(parts)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
