"""How many requests may be at the engine at once: adaptive, and exclusive where one must be alone.

Additive increase, multiplicative decrease (Chiu and Jain 1989, as in TCP): each reply widens the gate
by one per full window, each overload halves it, at most once for the requests that were already under
way. `Retry-After` shuts it for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque

from rtlglot.errors import Unanswered


class Gate:
    """Admission to one engine."""

    def __init__(self, most: int, ending: asyncio.Event | None = None) -> None:
        """`ending` is set when the run is to end: nobody waits for the gate to open any longer."""
        self.most = most
        self._ending = ending or asyncio.Event()
        self.limit = float(most)
        self.inside = 0
        self.closed_until = 0.0
        """Monotonic seconds before which nobody is admitted."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._alone = asyncio.Lock()
        self._wants_alone = False
        self._narrowed_at = 0.0

    async def enter(self) -> float:
        """Wait for a place; gives the time of entry, to be handed back to `overloaded`."""
        if self.inside >= int(self.limit) or self._wants_alone or self._waiting:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place  # whoever wakes it has already counted it in
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self.leave()
                raise
        else:
            self.inside += 1
        try:
            while (now := time.monotonic()) < self.closed_until:  # it can be shut anew
                await pause(self.closed_until - now, self._ending)
        except BaseException:
            self.leave()
            raise
        return time.monotonic()

    async def enter_alone(self) -> float:
        """Wait until nobody else is inside, and keep the others out until `leave_alone`."""
        await self._alone.acquire()
        self._wants_alone = True
        try:
            while self.inside:  # noqa: ASYNC110 - rare, and simpler than an event on the hot path
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.leave_alone()
            raise
        return time.monotonic()

    def leave_alone(self) -> None:
        """Let the others in again."""
        self._wants_alone = False
        self._alone.release()
        self._wake()

    def leave(self) -> None:
        """Give a place free."""
        self.inside -= 1
        if self._waiting:
            self._wake()

    def succeeded(self) -> None:
        """A reply came: widen a little."""
        if self.limit < self.most:
            self.limit = min(self.most, self.limit + 1 / self.limit)

    def overloaded(self, entered: float, retry_after_s: float | None) -> None:
        """The engine has too much to do: halve, unless that was done after this request entered."""
        now = time.monotonic()
        if entered >= self._narrowed_at:
            self.limit = max(1.0, self.limit / 2)
            self._narrowed_at = now
        if retry_after_s:
            self.closed_until = max(self.closed_until, now + retry_after_s)

    def _wake(self) -> None:
        while self._waiting and not self._wants_alone and self.inside < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)


async def pause(seconds: float, ending: asyncio.Event) -> None:
    """Wait so long. Raises Unanswered where the run is to end before."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ending.wait()
        raise Unanswered("the run ended while this waited for a better moment")
