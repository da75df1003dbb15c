"""SIGINT and SIGTERM end a run in good order: nothing new is begun, what is in flight may end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

_HEARING: list[list[str]] = []


@contextlib.contextmanager
def hearing() -> Iterator[list[str]]:
    """For a command of several runs: the signals that came in one of them, 'interrupted' or 'stopped'. A run
    that was about to end anyway says that it is done, and the next one must not begin for all that.
    """
    heard: list[str] = []
    _HEARING.append(heard)
    try:
        yield heard
    finally:
        _HEARING.pop()


@contextlib.contextmanager
def stopping(stop: asyncio.Event, tell: Callable[[], None]) -> Iterator[list[str]]:
    """Set `stop` and `tell` at the first signal; a second one goes its usual way. Yields how it ended, as
    a list of one word: 'interrupted', or 'stopped' (which it also is before any signal).

    Only the main thread can have signals; elsewhere nothing is done.
    """
    ending = ["stopped"]
    loop = asyncio.get_running_loop()
    names = {signal.SIGINT: "interrupted", signal.SIGTERM: "stopped"}
    ours = threading.current_thread() is threading.main_thread()

    def on_signal(number: signal.Signals) -> None:
        ending[0] = names[number]
        for heard in _HEARING:
            heard.append(names[number])
        stop.set()
        tell()
        for each in names:
            loop.remove_signal_handler(each)

    if ours:
        for number in names:
            loop.add_signal_handler(number, on_signal, number)
    try:
        yield ending
    finally:
        if ours:
            for number in names:
                loop.remove_signal_handler(number)
