"""N rows in flight: the only scheduler.

Workers take rows from one shared iterator, so there is no barrier between batches: a finished row
makes room for the next one at once. A row's failure is its outcome; an exception out of `work` means
a lost engine or a bug, stops the feeding, and is raised when everything in flight has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


async def run_loop(
    rows: Iterable[T],
    work: Callable[[T], Awaitable[None]],
    *,
    in_flight: int,
    stop: asyncio.Event,
    drain_s: float | Callable[[], float],
) -> bool:
    """Work on all rows; False where `stop` ended it early.

    When `stop` is set no further row is taken; what is in flight has `drain_s` seconds to end (asked for
    then, where it is a function) and is cancelled then.
    Everything that finished is settled before an error is raised.
    """
    feed = iter(rows)
    names = (f"row-{number}" for number in range(in_flight))
    workers = [asyncio.create_task(_worker(feed, work, stop), name=name) for name in names]
    stopping = asyncio.create_task(stop.wait())
    try:
        everything = asyncio.gather(*workers, return_exceptions=True)
        first: list[asyncio.Future[Any]] = [everything, stopping]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if not everything.done():
            await asyncio.wait(workers, timeout=drain_s() if callable(drain_s) else drain_s)
        cut = _cancel(workers)
        results = await everything
    finally:
        stopping.cancel()
        _cancel(workers)
    _raise_first(results)
    return not cut and True in results


async def _worker(feed: Iterator[T], work: Callable[[T], Awaitable[None]], stop: asyncio.Event) -> bool:
    """Work on row after row; whether it met the end of them."""
    while not stop.is_set():
        try:
            row = next(feed)
        except StopIteration:
            return True
        try:
            await work(row)
        except BaseException:
            stop.set()
            raise
    return False


def _cancel(workers: list[asyncio.Task[bool]]) -> bool:
    """Cancel whatever still runs; whether there was any."""
    running = [worker for worker in workers if not worker.done()]
    for worker in running:
        worker.cancel()
    return bool(running)


def _raise_first(results: list[bool | BaseException]) -> None:
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result
