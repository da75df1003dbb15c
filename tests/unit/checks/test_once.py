"""What many checks ask at the same time is asked once."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.once import Asked


def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    async def work() -> tuple[list[int], int]:
        asked, calls, go = Asked[int](most=2), 0, asyncio.Event()

        async def answer() -> int:
            nonlocal calls
            calls += 1
            await go.wait()
            return calls

        waiting = [asyncio.create_task(asked.once("key", answer)) for _ in range(3)]
        await asyncio.sleep(0)
        # who gives up takes nothing from the others
        waiting.pop(0).cancel()
        go.set()
        answers = list(await asyncio.gather(*waiting))
        return [*answers, await asked.once("key", answer)], calls

    assert asyncio.run(work()) == ([1, 1, 1], 1)


def test_a_failure_is_not_kept_and_the_latest_answers_are() -> None:
    async def work() -> list[object]:
        asked = Asked[str](most=2)

        async def broken() -> str:
            raise ValueError("no")

        async def fine() -> str:
            return "yes"

        with pytest.raises(ValueError, match="no"):
            await asked.once(0, broken)
        for key in range(3):
            await asked.once(key, fine)
        return list(asked.known)

    assert asyncio.run(work()) == [1, 2]
