"""How fast and at what cost, over the time that runs worked; the pauses between runs are left out."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rtlglot.ledger import reading
from rtlglot.ledger.reading import RunRecord
from rtlglot.records import Json

_BINS = 60
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)


@dataclass(slots=True)
class Bin:
    """One slice of working time."""

    settled: dict[str, int] = field(default_factory=dict)
    """Status -> rows."""
    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(slots=True)
class Stretch:
    """One run, cut into bins."""

    run: int
    started: float
    seconds: float
    ending: str
    bins: list[Bin]


@dataclass(slots=True)
class Timeline:
    """All runs under one recipe, on one time axis."""

    width_s: float
    """Of a bin."""
    stretches: list[Stretch]

    @property
    def seconds(self) -> float:
        """That runs worked, together."""
        return sum(stretch.seconds for stretch in self.stretches)

    def to_json(self) -> Mapping[str, Json]:
        """For the page."""
        return {
            "width_s": self.width_s,
            "seconds": round(self.seconds, 3),
            "runs": [
                {
                    "run": s.run,
                    "started": s.started,
                    "seconds": round(s.seconds, 3),
                    "ending": s.ending,
                    "bins": [
                        [b.settled, b.replies, b.prompt_tokens, b.completion_tokens, b.cached_tokens]
                        for b in s.bins
                    ],
                }
                for s in self.stretches
            ],
        }


def timeline(db: sqlite3.Connection, recipe: bytes, runs: Sequence[RunRecord]) -> Timeline | None:
    """None where nothing was done yet."""
    windows = list(_windows(db, runs))
    total = sum(end - run.started for run, end in windows)
    if not windows:
        return None
    width_s = next((step for step in _STEPS_S if total / step <= _BINS), total / _BINS)
    stretches = []
    for run, end in windows:
        window = (run.started, end)
        bins = [Bin() for _ in range(max(1, math.ceil((end - run.started) / width_s)))]
        worked = False
        for place, status, rows in reading.settled_over_time(db, recipe, window, width_s):
            bins[min(place, len(bins) - 1)].settled[status] = rows
            worked = True
        for place, *counts in reading.bought_over_time(db, window, width_s):
            bin_ = bins[min(place, len(bins) - 1)]
            bin_.replies, bin_.prompt_tokens, bin_.completion_tokens, bin_.cached_tokens = counts
            worked = True
        if worked:
            ending = run.ending or ("running or killed" if run is runs[-1] else "killed")
            stretches.append(Stretch(run.run, run.started, end - run.started, ending, bins))
    return Timeline(width_s, stretches) if stretches else None


def _windows(db: sqlite3.Connection, runs: Sequence[RunRecord]) -> Iterator[tuple[RunRecord, float]]:
    """Each run with its end: of a killed one the last thing that it wrote."""
    latest = reading.last_activity(db)
    for number, run in enumerate(runs):
        following = runs[number + 1].started if number + 1 < len(runs) else math.inf
        end = run.ended if run.ended is not None else min(latest or run.started, following)
        if end > run.started:
            yield run, end
