"""The longest prompt of a dataset, for `rtlglot plan --max-model-len auto`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from rtlglot.engines import ENGINES, Engine
from rtlglot.engines.pick import engine_for
from rtlglot.errors import ConfigError, RowError, UsageError
from rtlglot.formats import open_dataset
from rtlglot.prompts import load
from rtlglot.records import Message, Pair
from rtlglot.run.longest import Chat, Longest, longest_of


def longest_prompt(file: str, pair: Pair, model: str) -> Longest:
    """Reads the whole dataset once. Raises UsageError where no row can be rendered."""
    prompt = load(pair)

    def chats() -> Iterator[tuple[Message, ...]]:
        for row in open_dataset(file):
            try:
                yield prompt.render(row)
            except RowError:
                continue

    found = asyncio.run(longest_of(chats(), _counter(model)))
    if found is None:
        raise UsageError(f"{file}: no row can be asked", hint=f"is there a field {pair.source!r}?")
    return found


def _counter(model: str) -> Callable[[Chat], Awaitable[int | None]]:
    """Counts with the model's tokenizer; None where that is not on this machine."""

    async def count(chat: Chat) -> int | None:
        try:
            return await engine.count_tokens(chat)
        except ConfigError:
            return None

    engine: Engine = ENGINES.load(engine_for(model))(model, {})
    return count
