"""A child program's side of the pipes; its parent's is `rtlglot.engines.program`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson

Message = dict[str, Any]
_PR_SET_PDEATHSIG = 1


class Channel:
    """The two pipes to the parent."""

    def __init__(
        self, deliver: Callable[[Message], None] | None = None, ended: Callable[[], None] | None = None
    ) -> None:
        """Messages go to `deliver`, in the reading thread, or wait for `take`. When the parent is gone
        or done, `ended` is called, in that thread; without it the program ends at once.
        """
        # Libraries print to descriptor 1: what they say goes to standard error, not into the protocol.
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._in = os.fdopen(os.dup(0), "rb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._deliver = deliver or self._inbox.put
        self._ended = ended
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, message: Message) -> None:
        """One answer; the parent gets it at once."""
        self._out.write(orjson.dumps(message) + b"\n")
        self._out.flush()

    def take(self, *, wait: bool) -> Iterator[Message]:
        """All that has come; waits for the first one if asked to."""
        if wait:
            yield self._inbox.get()
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._inbox.get_nowait()

    def _read(self) -> None:
        with contextlib.suppress(orjson.JSONDecodeError):  # the parent was killed in the middle of a line
            for line in self._in:
                self._deliver(orjson.loads(line))
        if self._ended is not None:
            self._ended()
            return
        os._exit(0)  # the parent is gone or done; destructors of a busy pipeline only complain


def live_and_die_with_the_parent(*, at_once: bool = True) -> None:
    """To be called before anything else: signals are the parent's to answer, its end is ours.

    `at_once` False is for a program that has to end others first: it learns of the parent's end from
    its input only.
    """
    # A terminal's Ctrl-C and a scheduler's SIGTERM reach the whole group: the parent decides.
    # It blocked both before it started us, so that none gets lost in between.
    ignored = {signal.SIGINT, signal.SIGTERM}
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ignored)
    if at_once and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
