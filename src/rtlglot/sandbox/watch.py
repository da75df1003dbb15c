"""Watching one child from the zygote: its messages, its log, what it uses, and its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rtlglot.sandbox.frames import Damaged, Stream
from rtlglot.sandbox.harden import peak_mb
from rtlglot.sandbox.stillness import Budget, Stillness, cpu_s, over

LOG_BYTES = 20_000
_LARGEST_MESSAGE = 32 << 20
_GATHER_S = 0.001


@dataclass(slots=True)
class Log:
    """The first and the last half of what a tool prints."""

    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    size: int = 0

    def feed(self, data: bytes) -> None:
        """Take more output."""
        self.size += len(data)
        room = LOG_BYTES // 2 - len(self.head)
        self.head += data[:room] if room > 0 else b""
        self.tail = (self.tail + (data[room:] if room > 0 else data))[-LOG_BYTES // 2 :]

    def text(self) -> str:
        """Head and tail, with a note of how much is missing between them."""
        cut = self.size - len(self.head) - len(self.tail)
        note = f"\n[{cut} bytes cut]\n" if cut else ""
        return self.head.decode("utf-8", "replace") + note + self.tail.decode("utf-8", "replace")


@dataclass(slots=True)
class Watched:
    """What was seen of a child until its end."""

    messages: list[tuple[bytes, float]] = field(default_factory=list)
    """Each message without its nonce, and its seconds: those since the last reading, in equal parts
    where one reading brought several."""
    slowest_s: float = 0.0
    """The most CPU time before a reading that brought answers, which come after the first message."""
    log: Log = field(default_factory=Log)
    timed_out: str = ""
    """The limit that was hit, as a sentence."""
    cancelled: bool = False
    damaged: bool = False
    status: int = 0
    """As waitpid gives it."""
    cpu_s: float = 0.0
    peak_mb: int = 0


@dataclass(slots=True)
class Watchdog:
    """One child under watch."""

    pid: int
    result: int
    log: int
    nonce: bytes
    cpu_s: float
    """CPU seconds, with all that the child starts; for each message anew: a batch has as many budgets
    as texts."""
    most: int
    """Messages that an honest child sends at most."""
    inbox: int
    interrupted: Callable[[], bool]
    """Reads the inbox; True when this run is to be given up."""
    alive: Callable[[], bool]
    """False once the zygote's own parent is gone."""

    def until_end(self) -> Watched:
        """Wait for the child's end, or bring it about; then end its whole process group."""
        seen = Watched()
        os.set_blocking(self.log, False)
        try:
            self._listen(seen)
        finally:
            self._end(seen)
        if seen.cpu_s > self.cpu_s * (self.most - 1):
            # an answer may come before a look: what counts is what was used, not when it was seen
            seen.timed_out = seen.timed_out or over(self.cpu_s)
            del seen.messages[1:]
        return seen

    def _listen(self, seen: Watched) -> None:
        poll = select.poll()
        for fd in (self.result, self.log, self.inbox):
            poll.register(fd, select.POLLIN)
        stream = Stream(_LARGEST_MESSAGE)
        budget = Budget(self.pid, self.cpu_s)
        while True:
            before = time.monotonic()
            ready = {fd for fd, _ in poll.poll(budget.tick_s * 1000 + 1)}
            budget.waited(time.monotonic() - before, moved=bool(ready))
            if self.log in ready and not self._read_log(seen.log):
                poll.unregister(self.log)
            elif ready == {self.log}:
                # a line that is printed is a write: the next ones are read together
                time.sleep(_GATHER_S)
            if (self.inbox in ready and self.interrupted()) or not self.alive():
                seen.cancelled = True
                return
            if self.result in ready:
                if not self._read_result(stream, seen, budget):
                    return
            elif budget.is_due():
                seen.timed_out = budget.exceeded()
                if seen.timed_out:
                    return

    def _read_result(self, stream: Stream, seen: Watched, budget: Budget) -> bool:
        """Whether to go on listening."""
        data, count = os.read(self.result, 1 << 20), len(seen.messages)
        if not data:
            seen.damaged |= not self._ends_by_itself()
            return False
        passed_s = budget.passed_s()
        if not self._take(stream, data, seen):
            return False
        if new := seen.messages[count:]:
            spent_s = cpu_s(self.pid)
            seen.messages[count:] = [(message, passed_s / len(new)) for message, _ in new]
            if len(seen.messages) > 1:
                seen.slowest_s = max(seen.slowest_s, budget.used_s(spent_s))
            budget.restart(spent_s)
        return True

    def _ends_by_itself(self) -> bool:
        """Whether a child that closed its pipe is ending; one that lives on is up to something."""
        pause_s, still, started_s = 0.0005, None, 0.0
        while not self._has_ended():
            time.sleep(pause_s)
            if pause_s < 0.01:
                pause_s *= 2
            elif still is None:
                started_s = cpu_s(self.pid)
                still = Stillness(self.pid, started_s)
            elif still.look(pause_s) > 0.5 or cpu_s(self.pid) - started_s > 0.5:
                return False
        return True

    def _has_ended(self) -> bool:
        """Also where that cannot be told."""
        if not hasattr(os, "waitid"):
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _take(self, stream: Stream, data: bytes, seen: Watched) -> bool:
        """Messages out of `data`; False for damage."""
        try:
            for body in stream.feed(data):
                if not body.startswith(self.nonce):
                    raise Damaged("a message without the nonce")
                seen.messages.append((body[len(self.nonce) :], 0.0))
                if len(seen.messages) > self.most:
                    raise Damaged("more messages than there are answers")
        except Damaged:
            seen.damaged = True
            return False
        return True

    def _read_log(self, log: Log) -> bool:
        try:
            data = os.read(self.log, 1 << 16)
        except BlockingIOError:
            return True
        log.feed(data)
        return bool(data)

    def _end(self, seen: Watched) -> None:
        if not self._has_ended():
            seen.cpu_s = cpu_s(self.pid)
        # The group is killed before its leader is reaped: until then nobody else can get its number.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        _, seen.status, usage = os.wait4(self.pid, 0)
        seen.cpu_s = max(seen.cpu_s, usage.ru_utime + usage.ru_stime)
        seen.peak_mb = peak_mb(usage)
        for _ in range(64):
            size = seen.log.size
            if not self._read_log(seen.log) or seen.log.size == size:
                break
