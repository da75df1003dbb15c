"""N rows in flight: the only scheduler.

Workers take rows from one shared iterator, so there is no barrier between batches: a finished row
makes room for the next one at once. A row's failure is its outcome; an exception out of `work` means
a lost engine or a bug, stops the feeding, and is raised when everything in flight has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def run_loop(
    rows: Iterable[T],
    work: Callable[[T], Awaitable[None]],
    *,
    in_flight: int,
    stop: asyncio.Event,
    drain_s: float,
) -> bool:
    """Work on all rows; False where `stop` ended it early.

    When `stop` is set no further row is taken; what is in flight has `drain_s` seconds to end and is
    cancelled then. Everything that finished is settled before an error is raised.
    """
    feed = iter(rows)
    exhausted = False

    async def worker() -> None:
        nonlocal exhausted
        while not stop.is_set():
            try:
                row = next(feed)
            except StopIteration:
                exhausted = True
                return
            try:
                await work(row)
            except BaseException:
                stop.set()
                raise

    workers = [asyncio.create_task(worker(), name=f"row-{number}") for number in range(in_flight)]
    stopping = asyncio.create_task(stop.wait())
    try:
        everything = asyncio.gather(*workers, return_exceptions=True)
        first: list[asyncio.Future[Any]] = [everything, stopping]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not everything.done():
            await asyncio.wait(workers, timeout=drain_s)
        cut = _cancel(workers)
        results = await everything
    finally:
        stopping.cancel()
        _cancel(workers)
    _raise_first(results)
    return exhausted and not cut


def _cancel(workers: list[asyncio.Task[None]]) -> bool:
    """Cancel whatever still runs; whether there was any."""
    running = [worker for worker in workers if not worker.done()]
    for worker in running:
        worker.cancel()
    return bool(running)


def _raise_first(results: list[BaseException | None]) -> None:
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result
