"""What a run tells while it goes and when it ends; who shows it is the caller's affair."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rtlglot.ledger.counts import Counts, Scores
from rtlglot.records import CheckStatus, Outcome, Status, Verdict
from rtlglot.run.ask import Meter

IN_FLIGHT = "in flight"


@dataclass(slots=True)
class Tally:
    """Where a run stands."""

    counts: Counts = field(default_factory=Counts)
    """The rows of the input and what they ended as, those kept included."""
    kept: int = 0
    """Rows that had their outcome before this run."""
    requests: int = 0
    """Replies bought from the engine in this run."""
    reused: int = 0
    """Replies found in the ledger or shared with an identical request."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    rungs: dict[str, Counter[CheckStatus]] = field(default_factory=dict)
    """Per check the verdicts on the texts that rows ended with, those kept included."""
    scores: Scores = field(default_factory=Scores)
    """What those verdicts rate the texts at."""
    doing: Counter[str] = field(default_factory=Counter)
    """What rows are put through now -> how many; IN_FLIGHT are all of them."""
    spent: float | None = None
    """Money, where prices are given."""
    trouble: str = ""
    """What a person should know now, e.g. that the endpoint limits the rate."""
    started: float = field(default_factory=time.monotonic)
    """When the engine was ready; monotonic seconds."""
    ended: float | None = None
    """When the last row was through; closing the engine may take a while after it."""

    @property
    def total(self) -> int:
        """Rows of the input."""
        return self.counts.total

    def count(self, status: Status) -> int:
        """Rows that ended with a status."""
        return self.counts.count(status)

    def hear(self, verdicts: Sequence[Verdict]) -> None:
        """Count the verdicts on one row's text."""
        for verdict in verdicts:
            self.rungs.setdefault(verdict.check, Counter())[verdict.status] += 1
        self.scores.hear(verdicts)

    @property
    def score(self) -> float | None:
        """The mean; None where no check rates texts, or none has yet."""
        return self.scores.mean(self.counts) if self.scores.rows else None

    def at(self, what: str) -> contextlib.AbstractContextManager[None]:
        """A row is being put through it."""
        return _Doing(self.doing, what)

    def start(self) -> None:
        """The engine is ready: the clock runs from here."""
        self.started = time.monotonic()

    def end(self) -> None:
        """The last row is through: the clock stops."""
        self.ended = time.monotonic()

    def take(self, meter: Meter) -> None:
        """Copy what has been asked and answered so far."""
        self.requests, self.reused = meter.requests, meter.reused
        self.prompt_tokens, self.completion_tokens = meter.prompt_tokens, meter.completion_tokens
        self.cached_tokens = meter.cached_tokens

    @property
    def settled(self) -> int:
        """Rows that have an outcome."""
        return self.counts.settled

    @property
    def pending(self) -> int:
        """Rows without an outcome yet."""
        return self.counts.pending

    @property
    def seconds(self) -> float:
        """From when the engine was ready to the last row, or to now."""
        return (self.ended or time.monotonic()) - self.started

    def worked(self) -> tuple[float, float] | None:
        """When the work on rows began and ended, in seconds since the epoch; None where there was none."""
        apart = time.time() - time.monotonic()
        return (self.started + apart, self.ended + apart) if self.ended else None

    @property
    def rows_per_s(self) -> float:
        """Rows settled in this run per second."""
        return (self.settled - self.kept) / max(self.seconds, 1e-9)


class _Doing(contextlib.AbstractContextManager[None]):
    """Counts one more while it is entered; a generator would cost three times as much, thrice a row."""

    def __init__(self, doing: Counter[str], what: str) -> None:
        self._doing, self._what = doing, what

    def __enter__(self) -> None:
        self._doing[self._what] += 1

    def __exit__(self, *_: object) -> None:
        self._doing[self._what] -= 1


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended. Every row of the input is in `total` and in exactly one of the other counts."""

    ending: str
    """'done', 'stopped', 'interrupted', 'lost', or 'emitted' (requests written to a batch file)."""
    total: int
    accepted: int
    rejected: int
    failed: int
    pending: int
    kept: int
    reasons: dict[str, int]
    assurances: dict[str, int]
    """Assurance -> accepted rows, the strongest first."""
    rungs: dict[str, dict[str, int]]
    """Check -> status -> rows whose text got it."""
    requests: int
    reused: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    spent: float | None
    """Money in this run, where prices are given."""
    max_tokens: int
    """Most of a reply."""
    model: str
    output: str
    failures: str
    ledger: str
    score: float | None = None
    """Mean of what a check rated the texts at, a row without a text at 0."""

    @property
    def exit_code(self) -> int:
        """0 every row has its outcome, 3 engine lost, 75 stopped and resumable, 130 interrupted."""
        return {"done": 0, "emitted": 0, "lost": 3, "stopped": 75, "interrupted": 130}[self.ending]


class Watch(Protocol):
    """Someone who shows a run to a person."""

    def stage(self, text: str) -> None:
        """A step that takes time begins: 'reading rows.jsonl', 'loading the model'."""

    def note(self, text: str) -> None:
        """One line worth knowing."""

    def tick(self, tally: Tally) -> None:
        """Several times a second while rows are in flight."""

    def settled(self, outcome: Outcome) -> None:
        """A row got its outcome."""

    def end(self, summary: Summary) -> None:
        """The run has ended and its output is written."""


class Nobody:
    """Watches nothing: the library's default."""

    def stage(self, text: str) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""

    def tick(self, tally: Tally) -> None:
        """Ignore."""

    def settled(self, outcome: Outcome) -> None:
        """Ignore."""

    def end(self, summary: Summary) -> None:
        """Ignore."""


_TICK_S = 0.25


@contextlib.contextmanager
def ticking(tally: Tally, watch: Watch, look: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Show where the run stands, several times a second; `look` brings the tally up to date."""

    def show() -> None:
        look()
        watch.tick(tally)

    async def tick() -> None:
        while True:
            show()
            await asyncio.sleep(_TICK_S)

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
        show()
