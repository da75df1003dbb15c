"""What a run costs, and the stop before it costs too much.

Before a request is sent its worst case (every byte of the prompt a token, the longest reply allowed)
is set aside; when it ends, what it really used takes that place. While the worst cases in flight leave
no room the next request waits for one of them to end, so the budget is used up to its last request.
"""

from __future__ import annotations

import asyncio

from rtlglot.errors import BudgetSpent

_PER = 1_000_000
"""Prices are for a million tokens."""


class CostMeter:
    """Money spent and set aside, in the currency of the prices."""

    def __init__(self, price_in: float, price_out: float, max_cost: float | None) -> None:
        self._price_in = price_in
        self._price_out = price_out
        self._max = max_cost
        self.spent = 0.0
        self.set_aside = 0.0
        self._waiting: list[asyncio.Future[None]] = []
        self._closed = ""

    def price(self, prompt_tokens: int, reply_tokens: int) -> float:
        """What these tokens cost."""
        return (prompt_tokens * self._price_in + reply_tokens * self._price_out) / _PER

    async def reserve(self, prompt_tokens: int, reply_tokens: int) -> float:
        """Set the worst case aside and give it; waits while those of others leave no room.

        Raises BudgetSpent where it does not fit although nothing else is in flight, and from then on.
        """
        worst = self.price(prompt_tokens, reply_tokens)
        while self._max is not None and self.spent + self.set_aside + worst > self._max:
            if self.set_aside <= 0 and not self._closed:
                self._closed = (
                    f"max_cost={self._max:g} is reached: {self.spent:.4g} is spent "
                    f"and the next request may cost {worst:.2g}"
                )
            if self._closed:
                break
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await place
        if self._closed:
            self._wake()
            raise BudgetSpent(
                self._closed, hint="raise --max-cost and run the same command again: it resumes"
            )
        self.set_aside += worst
        return worst

    def settle(self, worst: float, spent: float) -> None:
        """Put what was really spent in the place of what was set aside."""
        self.set_aside -= worst
        if self.set_aside < 1e-12:  # the dust of adding and taking away floats
            self.set_aside = 0.0
        self.spent += spent
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for place in waiting:
            if not place.done():
                place.set_result(None)
