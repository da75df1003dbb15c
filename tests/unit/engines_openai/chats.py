"""What the tests of this folder ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.records import Message, Request, Sampling

Started = Callable[..., AbstractAsyncContextManager[OpenAiEngine]]
"""The fixture `started`."""


def ask(text: str, *, system: str = "Be brief.", max_tokens: int = 50, **sampling: Any) -> Request:
    messages = (Message("system", system), Message("user", text))
    return Request(messages, Sampling(max_tokens=max_tokens, **sampling), row_id=text[:20])


async def until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Waits for something that happens in another process."""
    deadline = time.monotonic() + timeout_s
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, "it did not come to be"
        await asyncio.sleep(0.02)
