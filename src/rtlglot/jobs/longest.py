"""The longest prompt of a dataset, for `rtlglot plan --max-model-len auto`."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Iterator

from rtlglot.engines import ENGINES, Engine
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
    here = importlib.util.find_spec("transformers") is not None
    engine: Engine | None = ENGINES.load("vllm")(model, {}) if here else None

    async def count(chat: Chat) -> int | None:
        try:
            return await engine.count_tokens(chat) if engine is not None else None
        except ConfigError:
            return None

    return count
