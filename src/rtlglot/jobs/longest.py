"""The longest prompt of a dataset, in tokens: it decides how long a context must be."""

from __future__ import annotations

import asyncio
import heapq
import importlib.util
import math
from dataclasses import dataclass

from rtlglot.engines import ENGINES, Engine
from rtlglot.errors import ConfigError, RowError, UsageError
from rtlglot.formats import open_dataset
from rtlglot.prompts import load
from rtlglot.records import Message, Pair

COUNTED = 8
"""So many of the prompts with the most characters are counted exactly."""
FEWEST_CHARACTERS_PER_TOKEN = 2.5
"""Where no tokenizer is at hand; Verilog and English have 3.2 on average."""


@dataclass(frozen=True, slots=True)
class Longest:
    """What was found."""

    tokens: int
    rows: int
    exact: bool
    """Whether the model's tokenizer counted."""


def longest_prompt(file: str, pair: Pair, model: str) -> Longest:
    """Reads the whole dataset once. Raises UsageError where no row can be rendered."""
    prompt, rows = load(pair), 0
    longest: list[tuple[int, int, tuple[Message, ...]]] = []
    for row in open_dataset(file):
        try:
            chat = tuple(prompt.render(row))
        except RowError:
            continue
        rows += 1
        entry = (sum(len(message.content) for message in chat), rows, chat)
        (heapq.heappush if len(longest) < COUNTED else heapq.heappushpop)(longest, entry)
    if not longest:
        raise UsageError(f"{file}: no row can be asked", hint=f"is there a field {pair.source!r}?")
    counted = asyncio.run(_counted([chat for _, _, chat in longest], model))
    if counted is not None:
        return Longest(counted, rows, exact=True)
    characters = max(size for size, _, _ in longest)
    return Longest(math.ceil(characters / FEWEST_CHARACTERS_PER_TOKEN), rows, exact=False)


async def _counted(chats: list[tuple[Message, ...]], model: str) -> int | None:
    """None where the model's tokenizer is not on this machine."""
    if importlib.util.find_spec("transformers") is None:
        return None
    engine: Engine = ENGINES.load("vllm")(model, {})
    try:
        return max([await engine.count_tokens(chat) or 0 for chat in chats])
    except ConfigError:
        return None
