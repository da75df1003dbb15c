"""The loop: N in flight, everything that finished is kept."""

import asyncio
from collections.abc import Iterator

import pytest

from rtlglot.run.loop import run_loop


async def test_all_rows_once_and_never_more_than_n_in_flight() -> None:
    seen: list[int] = []
    flying = worst = 0

    async def work(row: int) -> None:
        nonlocal flying, worst
        flying += 1
        worst = max(worst, flying)
        await asyncio.sleep(0.001 * (row % 3))
        flying -= 1
        seen.append(row)

    assert await run_loop(range(200), work, in_flight=7, stop=asyncio.Event(), drain_s=1)
    assert sorted(seen) == list(range(200))
    assert worst == 7


async def test_no_barrier_a_slow_row_holds_nobody_up() -> None:
    finished: list[int] = []

    async def work(row: int) -> None:
        await asyncio.sleep(0.3 if row == 0 else 0)
        finished.append(row)

    await run_loop(range(50), work, in_flight=4, stop=asyncio.Event(), drain_s=1)
    assert finished[-1] == 0


async def test_one_error_stops_the_feed_and_loses_nothing_that_finished() -> None:
    started: list[int] = []
    finished: list[int] = []

    async def work(row: int) -> None:
        started.append(row)
        await asyncio.sleep(0.01)
        if row == 2:
            raise RuntimeError("lost")
        await asyncio.sleep(0.05)
        finished.append(row)

    with pytest.raises(RuntimeError, match="lost"):
        await run_loop(range(1000), work, in_flight=5, stop=asyncio.Event(), drain_s=2)
    assert started == [0, 1, 2, 3, 4]
    assert sorted(finished) == [0, 1, 3, 4]


async def test_stop_drains_and_then_cancels() -> None:
    finished: list[int] = []
    cancelled: list[int] = []
    stop = asyncio.Event()

    async def work(row: int) -> None:
        try:
            await asyncio.sleep(30 if row == 1 else 0.05)
        except asyncio.CancelledError:
            cancelled.append(row)
            raise
        finished.append(row)

    asyncio.get_running_loop().call_later(0.02, stop.set)
    whole = await run_loop(range(1000), work, in_flight=3, stop=stop, drain_s=0.3)
    assert not whole
    assert finished == [0, 2]
    assert cancelled == [1]


async def test_an_error_of_the_feed_is_raised() -> None:
    def rows() -> Iterator[int]:
        yield 1
        raise OSError("the input went away")

    async def work(row: int) -> None:
        await asyncio.sleep(0)

    with pytest.raises(OSError, match="went away"):
        await run_loop(rows(), work, in_flight=3, stop=asyncio.Event(), drain_s=1)
