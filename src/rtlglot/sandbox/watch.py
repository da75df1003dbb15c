"""Watching one child from the zygote: its messages, its log, its deadline, and its end."""

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

LOG_BYTES = 20_000
_LARGEST_MESSAGE = 32 << 20
_TICK_S = 1.0


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
    """The longest time before a reading that brought answers, which come after the first message."""
    log: Log = field(default_factory=Log)
    timed_out: bool = False
    cancelled: bool = False
    damaged: bool = False
    status: int = 0
    """As waitpid gives it."""
    cpu_s: float = 0.0
    peak_mb: int = 0


@dataclass(slots=True)
class Watch:
    """One child under watch."""

    pid: int
    result: int
    log: int
    nonce: bytes
    deadline_s: float
    """For each message anew: a batch has as many deadlines as texts."""
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
        return seen

    def _listen(self, seen: Watched) -> None:
        poll = select.poll()
        for fd in (self.result, self.log, self.inbox):
            poll.register(fd, select.POLLIN)
        stream = Stream(_LARGEST_MESSAGE)
        since = time.monotonic()
        while True:
            left_s = since + self.deadline_s - time.monotonic()
            if left_s <= 0:
                seen.timed_out = True
                return
            ready = {fd for fd, _ in poll.poll(min(left_s, _TICK_S) * 1000 + 1)}
            if self.log in ready and not self._read_log(seen.log):
                poll.unregister(self.log)
            if (self.inbox in ready and self.interrupted()) or not self.alive():
                seen.cancelled = True
                return
            if self.result in ready:
                data, count = os.read(self.result, 1 << 20), len(seen.messages)
                if not data:
                    seen.damaged |= not self._ends_by_itself()
                    return
                if not self._take(stream, data, seen, since):
                    return
                if len(seen.messages) > count:
                    since = time.monotonic()

    def _ends_by_itself(self) -> bool:
        """Whether a child that closed its pipe is ending; one that lives on is up to something."""
        if not hasattr(os, "waitid"):
            return True
        for _ in range(50):
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return True
            time.sleep(0.01)
        return False

    def _take(self, stream: Stream, data: bytes, seen: Watched, since: float) -> bool:
        passed_s, count = time.monotonic() - since, len(seen.messages)
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
        if new := seen.messages[count:]:
            seen.messages[count:] = [(message, passed_s / len(new)) for message, _ in new]
            if len(seen.messages) > 1:
                seen.slowest_s = max(seen.slowest_s, passed_s)
        return True

    def _read_log(self, log: Log) -> bool:
        try:
            data = os.read(self.log, 1 << 16)
        except BlockingIOError:
            return True
        log.feed(data)
        return bool(data)

    def _end(self, seen: Watched) -> None:
        # The group is killed before its leader is reaped: until then nobody else can get its number.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self.pid, signal.SIGKILL)
        _, seen.status, usage = os.wait4(self.pid, 0)
        seen.cpu_s = usage.ru_utime + usage.ru_stime
        seen.peak_mb = peak_mb(usage)
        for _ in range(64):
            size = seen.log.size
            if not self._read_log(seen.log) or seen.log.size == size:
                break
