"""Telling a process that hangs from one that waits for the processor.

A clock cannot: on a loaded machine an honest second of work takes a minute. So what a run costs is
counted in CPU seconds of the process with all it started, and the only thing that is held against it by
the clock is time in which none of these processes ran or wanted to.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

UNTOLD = 0.05
"""Share of the passing time that counts as stillness where it cannot be told (no /proc)."""
_TICK_S = 1.0
_MOST_STILL_S = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and all that it started, the ended ones included; 0.0 where untold."""
    return sum(_spent(one) or 0.0 for one in _family(pid))


class Stillness:
    """How long a process and all it started have stood still."""

    def __init__(self, pid: int, spent_s: float | None = None) -> None:
        """`spent_s` are its CPU seconds until now (None: to be looked up)."""
        self._pid = pid
        self.restart(cpu_s(pid) if spent_s is None else spent_s)

    def restart(self, spent_s: float) -> None:
        """Begin anew: something came from the process, which has used so many CPU seconds."""
        self.seconds, self._spent = 0.0, spent_s

    def look(self, waited_s: float) -> float:
        """The seconds of stillness until now, after its watcher waited for it so long.

        A watcher that woke later than it asked to was itself kept from the processor: it counts what it
        asked for.
        """
        family = [(one, spent) for one in _family(self._pid) if (spent := _spent(one)) is not None]
        spent, before = sum(seconds for _, seconds in family), self._spent
        self._spent = spent
        if not family:
            self.seconds += waited_s * UNTOLD
        elif not any(_wants(one) for one, _ in family):
            self.seconds += max(0.0, waited_s - max(0.0, spent - before))
        return self.seconds


class Budget:
    """What a run may cost until its next answer."""

    def __init__(self, pid: int, most_s: float) -> None:
        """For a process that was just started, and has used nothing."""
        self._pid, self._most_s = pid, most_s
        self._still = Stillness(pid, 0.0)
        self.restart(0.0)

    def restart(self, spent_s: float) -> None:
        """An answer came when it had used so many CPU seconds: the next one has all of the budget again."""
        self._since = self._looked = time.monotonic()
        self._before, self._waited = spent_s, 0.0
        self._still.restart(spent_s)

    @property
    def tick_s(self) -> float:
        """Seconds until it should be looked at: a short run often, a long one each second."""
        return min(max(self._most_s, 0.1) / 8, self.passed_s() / 4 + 0.02, _TICK_S)

    def passed_s(self) -> float:
        """Seconds by the clock."""
        return time.monotonic() - self._since

    def used_s(self, spent_s: float) -> float:
        """CPU seconds of it, where the process has used so many in all."""
        return spent_s - self._before

    def waited(self, seconds: float, *, moved: bool) -> None:
        """The watcher waited; what `moved` then had perhaps waited for the watcher."""
        self._waited += min(seconds, _TICK_S) * (UNTOLD if moved else 1.0)

    def is_due(self) -> bool:
        """Whether it is time to look: what prints much shall not make its watcher busy."""
        return time.monotonic() - self._looked >= self.tick_s

    def exceeded(self) -> str:
        """Which limit was hit, as a sentence, or ''."""
        self._looked = time.monotonic()
        most_s = min(max(self._most_s, 1.0), _MOST_STILL_S)
        if self._still.look(self._waited) > most_s:
            return f"nothing moved for {most_s:g} s"
        self._waited = 0.0
        return over(self._most_s) if self.used_s(cpu_s(self._pid)) > self._most_s else ""


def over(most_s: float) -> str:
    """What is said of a run that used more than its CPU seconds."""
    return f"more than {most_s:g} s of CPU time"


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    children: list[bytes] = []
    for task in _tasks(pid):
        with contextlib.suppress(OSError):
            children += _told(f"/proc/{pid}/task/{task}/children").split()
    for child in children:
        yield from _family(int(child))


def _spent(pid: int) -> float | None:
    """CPU seconds of one process and of its ended children."""
    with contextlib.suppress(OSError):
        return sum(map(int, _stat(f"/proc/{pid}/stat")[11:15])) / _TICKS
    return None


def _wants(pid: int) -> bool:
    """Whether it runs, is about to or waits for a disk."""
    for task in _tasks(pid):
        with contextlib.suppress(OSError):
            if _stat(f"/proc/{pid}/task/{task}/stat")[0] in (b"R", b"D"):
                return True
    return False


def _tasks(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return os.listdir(f"/proc/{pid}/task")
    return []


def _stat(path: str) -> list[bytes]:
    """What the kernel says after a program's name, which may hold anything."""
    return _told(path).rpartition(b") ")[2].split()


def _told(path: str) -> bytes:
    """A file of /proc, by no more calls than it needs: it is asked for in every run."""
    file, said = os.open(path, os.O_RDONLY), b""
    try:
        while part := os.read(file, 1 << 16):
            said += part
    finally:
        os.close(file)
    return said
