"""What many checks ask and one asks for all."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(slots=True)
class Asked(Generic[V]):
    """Answers by what was asked: whoever asks while another does waits for the same answer."""

    most: int
    """So many are kept, the latest."""
    known: OrderedDict[Hashable, V] = field(default_factory=OrderedDict)
    _under_way: dict[Hashable, asyncio.Task[V]] = field(default_factory=dict)

    async def once(self, key: Hashable, ask: Callable[[], Awaitable[V]]) -> V:
        """The answer, asked for where it is not known."""
        if key in self.known:
            self.known.move_to_end(key)
            return self.known[key]
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.ensure_future(ask())
            task.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(task)

    def _answered(self, key: Hashable, task: asyncio.Task[V]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled() and task.exception() is None:
            self.keep(key, task.result())

    def keep(self, key: Hashable, answer: V) -> None:
        """Remember an answer."""
        self.known[key] = answer
        while len(self.known) > self.most:
            self.known.popitem(last=False)
