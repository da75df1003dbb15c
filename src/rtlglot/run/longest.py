"""The longest prompt of many, in tokens: it decides how long a context must be, and so what fits."""

from __future__ import annotations

import heapq
import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from rtlglot.engines.lengths import FEWEST_BYTES_PER_TOKEN, size_bytes
from rtlglot.records import Message

COUNTED = 8
"""So many of the largest prompts are counted exactly."""

Chat = Sequence[Message]


@dataclass(frozen=True, slots=True)
class Longest:
    """What was found."""

    tokens: int
    rows: int
    exact: bool
    """Whether the model's tokenizer counted."""


async def longest_of(chats: Iterable[Chat], count: Callable[[Chat], Awaitable[int | None]]) -> Longest | None:
    """Passes once over all prompts and counts the longest ones; None where there is none."""
    longest: list[tuple[int, int, Chat]] = []
    rows = 0
    for rows, chat in enumerate(chats, 1):
        entry = (size_bytes(chat), rows, chat)
        (heapq.heappush if len(longest) < COUNTED else heapq.heappushpop)(longest, entry)
    if not longest:
        return None
    counted = [await count(chat) for _, _, chat in longest]
    if None not in counted:
        return Longest(max(tokens or 0 for tokens in counted), rows, exact=True)
    largest = max(size for size, _, _ in longest)
    return Longest(math.ceil(largest / FEWEST_BYTES_PER_TOKEN), rows, exact=False)
