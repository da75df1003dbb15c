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
    return sum(seconds for _, seconds in _family(pid))


class Stillness:
    """How long a process and all it started have stood still."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.restart()

    def restart(self) -> None:
        """Begin anew: something came from the process."""
        self.seconds = 0.0
        self._spent = cpu_s(self._pid)

    def look(self, waited_s: float) -> float:
        """The seconds of stillness until now, after its watcher waited for it so long.

        A watcher that woke later than it asked to was itself kept from the processor: it counts what it
        asked for.
        """
        family = list(_family(self._pid))
        spent, before = sum(seconds for _, seconds in family), self._spent
        self._spent = spent
        if not family:
            self.seconds += waited_s * UNTOLD
        elif not any(wants for wants, _ in family):
            self.seconds += max(0.0, waited_s - max(0.0, spent - before))
        return self.seconds


class Budget:
    """What a run may cost until its next answer."""

    def __init__(self, pid: int, most_s: float) -> None:
        self._pid, self._most_s = pid, most_s
        self._still = Stillness(pid)
        self.restart()

    def restart(self) -> None:
        """An answer came: the next one has all of the budget again."""
        self._since = self._looked = time.monotonic()
        self._before, self._waited = cpu_s(self._pid), 0.0
        self._still.restart()

    @property
    def tick_s(self) -> float:
        """Seconds until it should be looked at: a short run often, a long one each second."""
        return min(max(self._most_s, 0.1) / 8, self.passed_s() / 4 + 0.02, _TICK_S)

    def passed_s(self) -> float:
        """Seconds by the clock."""
        return time.monotonic() - self._since

    def used_s(self) -> float:
        """CPU seconds."""
        return cpu_s(self._pid) - self._before

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
        return over(self._most_s) if self.used_s() > self._most_s else ""


def over(most_s: float) -> str:
    """What is said of a run that used more than its CPU seconds."""
    return f"more than {most_s:g} s of CPU time"


def _family(pid: int) -> Iterator[tuple[bool, float]]:
    """Of each process: whether it runs, is about to or waits for a disk; its CPU seconds with those
    of its ended children."""
    children: list[bytes] = []
    with contextlib.suppress(OSError):
        seconds = sum(map(int, _stat(f"/proc/{pid}/stat")[11:15])) / _TICKS
        wants = False
        for task in os.listdir(f"/proc/{pid}/task"):
            wants |= _stat(f"/proc/{pid}/task/{task}/stat")[0] in (b"R", b"D")
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                children += file.read().split()
        yield wants, seconds
    for child in children:
        yield from _family(int(child))


def _stat(path: str) -> list[bytes]:
    """What the kernel says after a program's name, which may hold anything."""
    with open(path, "rb") as file:
        return file.read().rpartition(b") ")[2].split()
