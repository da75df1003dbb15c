"""How the contract's tests start an engine: the file `tests/contract/engines/NAME.py` says it, in STANDS.

NAME is the engine's in the table, with `_` for `-`. An engine without that file fails the suite.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines import Engine
from rtlglot.errors import EngineDead, RtlglotError
from rtlglot.records import Message, Request, Sampling

HELLO = "hi"
"""Answered with a short text that ends by itself."""
TALE = "Write a very long story about a flip-flop, with many chapters."
"""Answered with more than any `max_tokens` below."""
FATAL = "Die now."
"""Kills a scripted engine."""


@dataclass(frozen=True)
class Stand:
    """One engine under test."""

    model: Callable[[Path], str]
    """The model, given a folder to put files in."""
    kill: Callable[[Engine], Awaitable[None]] | None = None
    """Kills the engine under its rows; None for one that answers none: only what holds for such is tried."""
    missing: Callable[[], str] = str
    """Why it cannot be tried here; '' where it can."""
    marks: tuple[pytest.MarkDecorator, ...] = ()
    options: Callable[[Path], dict[str, Any]] = lambda _: {}
    """Options without which it cannot be made, given that folder."""
    revive: Callable[[], None] = lambda: None
    """What must happen outside the engine before it can start again after `kill`."""
    dead: type[RtlglotError] = EngineDead
    """What its rows meet when it is killed: an endpoint that is gone may come back by itself."""
    counts_early: bool = True
    """Whether it can count tokens before it is started."""
    greedy_repeats: bool = True
    hello: str = HELLO
    """A message that the model answers shortly and then ends by itself."""
    begins_s: float = 0.5
    """So long after it is asked a request is in its batch."""
    heals: bool = False
    """Whether it starts again by itself when it is killed."""
    make: Callable[[str, dict[str, Any]], Engine] | None = None
    """Makes the engine, where the table's is not used as it is."""
    surroundings: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext
    """What it needs of its surroundings."""
    end: Callable[[], None] = lambda: None
    """Frees at the end of all tests what its tests have shared."""


def stands_of(engine: str) -> Mapping[str, Stand]:
    """By the ids of their tests; LookupError, with what to do, where nobody has said how it is started."""
    module = f"tests.contract.engines.{engine.replace('-', '_')}"
    try:
        stands: Mapping[str, Stand] = import_module(module).STANDS
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise LookupError(
            f"the engine {engine!r} is in the table, and the contract's tests do not know how to start it: "
            f"write {module.replace('.', '/')}.py with STANDS"
        ) from None
    return stands


async def kill_children(engine: Engine) -> None:
    children = child_pids("rtlglot.engines.")
    assert children, "the engine has no child program"
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def child_pids(module: str) -> list[int]:
    """Our own children that run a module of that name."""
    text = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [pid for pid in map(int, text.split()) if module in Path(f"/proc/{pid}/cmdline").read_text()]


def ask(text: str, max_tokens: int = 16, **sampling: Any) -> Request:
    """A request with one system and one user message, greedy unless said otherwise."""
    sampling = {"temperature": 0.0, "seed": 1, **sampling}
    return Request(chat(text), Sampling(max_tokens=max_tokens, **sampling), row_id=text[:20])


def chat(text: str) -> tuple[Message, ...]:
    """A chat of two messages."""
    return (Message("system", "You are a helpful hardware engineer."), Message("user", text))
