"""A child program's side of the pipes; its parent's is `rtlglot.engines.program`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import orjson

Message = dict[str, Any]
_PR_SET_PDEATHSIG = 1


class Channel:
    """The two pipes to the parent."""

    def __init__(self) -> None:
        # Libraries print to descriptor 1: what they say goes to standard error, not into the protocol.
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        self._in = os.fdopen(os.dup(0), "rb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
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
        for line in self._in:
            self._inbox.put(orjson.loads(line))
        os._exit(0)  # the parent is gone or done; destructors of a busy pipeline only complain


def live_and_die_with_the_parent() -> None:
    """To be called before anything else: signals are the parent's to answer, its end is ours."""
    # A terminal's Ctrl-C and a scheduler's SIGTERM reach the whole group: the parent decides.
    # It blocked both before it started us, so that none gets lost in between.
    ignored = {signal.SIGINT, signal.SIGTERM}
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ignored)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
