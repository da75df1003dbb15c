"""A run that has to end at a time: no row is begun that could not be finished, what is there is delivered."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import subprocess
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping

from rtlglot.errors import UsageError

_HINT = "write 06:30, 2026-11-27T06:30, or slurm in a job"
_DELIVERY_S, _DELIVERY_ROW_S = 15.0, 0.0002
"""Kept for the output, the failures, the report and the engine's end, and for each row of the input."""
_SEEN = 512


def end_time(text: str, environment: Mapping[str, str] = os.environ, now: float | None = None) -> float:
    """When '06:30', '2026-11-27T06:30' (local time where no zone is said) or 'slurm', this job's end, is;
    seconds since the epoch. Raises UsageError."""
    if text == "slurm":
        return _end_of_job(environment)
    start = datetime.datetime.fromtimestamp(time.time() if now is None else now)
    with contextlib.suppress(ValueError):
        at = datetime.time.fromisoformat(text)
        then = datetime.datetime.combine(start.date(), at)
        return (then if then > start else then + datetime.timedelta(days=1)).timestamp()
    with contextlib.suppress(ValueError):
        return datetime.datetime.fromisoformat(text).timestamp()
    raise UsageError(f"until is {text!r}", hint=_HINT)


def _end_of_job(environment: Mapping[str, str]) -> float:
    """Slurm says it to the job; an older one says it when asked."""
    said = environment.get("SLURM_JOB_END_TIME", "")
    if said.isdecimal():
        return float(said)
    job = environment.get("SLURM_JOB_ID", "")
    if not job:
        raise UsageError("until is slurm, and this is no Slurm job", hint=_HINT)
    try:
        asked = subprocess.run(
            ["squeue", "--noheader", "--jobs", job, "--format", "%e"],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return datetime.datetime.fromisoformat(asked.stdout.split()[0]).timestamp()
    except (OSError, subprocess.SubprocessError, IndexError, ValueError) as error:
        raise UsageError(
            f"until is slurm, and the end of job {job} is not known: {error}", hint=_HINT
        ) from error


class Until:
    """Knows how long rows take, and whether another one still fits."""

    def __init__(self, end: float, rows: int = 0, clock: Callable[[], float] = time.time) -> None:
        """`end` in seconds since the epoch, `rows` of the input."""
        self._end = end - _DELIVERY_S - _DELIVERY_ROW_S * rows
        self._clock = clock
        self._seen: deque[float] = deque(maxlen=_SEEN)
        self.closed = False
        """Whether no further row is admitted."""

    def see(self, seconds: float) -> None:
        """A row took so long."""
        self._seen.append(seconds)

    @property
    def row_s(self) -> float:
        """What 19 of 20 of the latest rows took at most; 0 before the first."""
        seen = sorted(self._seen)
        return seen[int(0.95 * (len(seen) - 1))] if seen else 0.0

    @property
    def left_s(self) -> float:
        """Until delivery has to begin; not below 0."""
        return max(0.0, self._end - self._clock())

    @contextlib.asynccontextmanager
    async def watching(self, stop: asyncio.Event, tell: Callable[[], None]) -> AsyncIterator[None]:
        """Set `stop` and `tell` when a row would no longer fit."""

        async def watch() -> None:  # time passes: there is no event to wait for
            while (spare_s := self.left_s - self.row_s) > 0:  # noqa: ASYNC110
                await asyncio.sleep(min(1.0, spare_s))
            self.closed = True
            stop.set()
            tell()

        watcher = asyncio.create_task(watch())
        try:
            yield
        finally:
            watcher.cancel()
