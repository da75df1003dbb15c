"""Where a run stands: counts, rates, who works on it. Read beside the writer, without its lock."""

from __future__ import annotations

import shlex
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rtlglot.formats import parts_of
from rtlglot.ledger import opening, reading
from rtlglot.ledger.counts import counts as count_rows
from rtlglot.ledger.ended import all_ended
from rtlglot.records import Json

LATELY_S = 300.0
"""The rate is that of the last five minutes."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A run at a moment."""

    ledger: str
    state: str
    """'running', 'done', 'stopped', 'interrupted', 'lost', 'emitted', 'killed', or 'never begun'."""
    holder: str | None
    """Who works on it now, e.g. 'process 71 on box'."""
    started: float | None
    """Of the latest run; seconds since the epoch."""
    ended: float | None
    """None while it runs and where it was killed."""
    latest: float | None
    """When something was last written."""
    runs: int
    total: int
    outcomes: Mapping[str, Mapping[str, int]]
    """status -> reason -> rows, without the pending ones."""
    assurances: Mapping[str, int]
    """How sure the accepted rows are -> rows, the strongest first."""
    rejected_by: Mapping[str, int]
    """Check -> rows that it rejected; empty where they are too many to look at."""
    pending: int
    lately: int
    """Rows settled in the last minutes of work."""
    rows_per_s: float | None
    left_s: float | None
    """Seconds until all rows are settled at that rate; None where it cannot be told."""
    replies: int
    prompt_tokens: int
    completion_tokens: int
    command: str
    """The command of the latest run, which goes on with it; '' where the ledger does not know it."""

    def count(self, status: str) -> int:
        """Rows that ended with a status."""
        return sum(self.outcomes.get(status, {}).values())

    def to_json(self) -> Mapping[str, Json]:
        """All of it."""
        return asdict(self)


def standing(ledger: Path, now: float | None = None) -> Standing:
    """Read it. Raises LedgerError."""
    now = time.time() if now is None else now
    db = opening.open_reading(ledger)
    try:
        return _standing(db, ledger, now)
    finally:
        db.close()


def standings(output: Path) -> Standing | None:
    """Where the shards of an output stand together; None where it has none, or where they were merged
    and the whole has gone on since. Rows of shards that have not begun are not in it."""
    ledgers = [Path(f"{part}.ledger") for part in parts_of(output).values()]
    whole = Path(f"{output}.ledger")
    found = [one for one in map(standing, ledgers) if one.runs]
    if not found:
        return None
    latest = max(one.latest or 0.0 for one in found)
    if whole.is_file() and not any(one.holder for one in found):
        last = standing(whole)
        if max(last.started or 0.0, last.latest or 0.0) >= latest:
            return None
    return _summed(found, str(output))


def _summed(found: Sequence[Standing], name: str) -> Standing:
    holders = [one.holder for one in found if one.holder]
    states = [one.state for one in found if one.state != "done"]
    rate, pending = sum(one.rows_per_s or 0.0 for one in found), sum(one.pending for one in found)

    def added(of: Callable[[Standing], Mapping[str, int]]) -> Mapping[str, int]:
        return sum((Counter(of(one)) for one in found), Counter())

    return Standing(
        ledger=f"{name}, {len(found)} shards",
        state="running" if holders else next(iter(states), "done"),
        holder=", ".join(holders) or None,
        started=min((one.started for one in found if one.started), default=None),
        ended=None if states else max((one.ended or 0.0 for one in found), default=None),
        latest=max((one.latest for one in found if one.latest), default=None),
        runs=sum(one.runs for one in found),
        total=sum(one.total for one in found),
        outcomes={
            status: added(lambda one, status=status: one.outcomes.get(status, {}))  # type: ignore[misc]
            for status in dict.fromkeys(status for one in found for status in one.outcomes)
        },
        assurances=added(lambda one: one.assurances),
        rejected_by=added(lambda one: one.rejected_by),
        pending=pending,
        lately=sum(one.lately for one in found),
        rows_per_s=rate or None,
        left_s=pending / rate if rate and holders and pending else None,
        replies=sum(one.replies for one in found),
        prompt_tokens=sum(one.prompt_tokens for one in found),
        completion_tokens=sum(one.completion_tokens for one in found),
        command="",
    )


def _standing(db: sqlite3.Connection, ledger: Path, now: float) -> Standing:
    runs, holder = reading.runs(db), opening.holder(ledger)
    last = runs[-1] if runs else None
    counts = count_rows(db, last.recipe if last else b"")
    outcomes = counts.reasons()
    latest = reading.last_activity(db)
    lately, rate = _rate(db, last, latest if holder is None else now)
    replies, prompt, completion, _ = reading.tokens_bought(db)
    return Standing(
        ledger=str(ledger),
        state=_state(last, holder),
        holder=holder,
        started=last.started if last else None,
        ended=last.ended if last else None,
        latest=latest,
        runs=len(runs),
        total=counts.total,
        outcomes=outcomes,
        assurances=counts.sureness(),
        rejected_by=_rejected_by(db, last.recipe) if last and _few(outcomes) else {},
        pending=counts.pending,
        lately=lately,
        rows_per_s=rate,
        left_s=counts.pending / rate if rate and holder and counts.pending else None,
        replies=replies,
        prompt_tokens=prompt,
        completion_tokens=completion,
        command=shlex.join(last.command) if last else "",
    )


MOST_REJECTED = 50_000
"""Rejected rows whose verdicts are looked up: a status must be quick."""


def _few(outcomes: Mapping[str, Mapping[str, int]]) -> bool:
    return sum(outcomes.get("rejected", {}).values()) <= MOST_REJECTED


def _rejected_by(db: sqlite3.Connection, recipe: bytes) -> dict[str, int]:
    rejected = all_ended(db, recipe, status="rejected")
    return dict(Counter(ended.rung for ended, _ in rejected).most_common())


def _state(last: reading.RunRecord | None, holder: str | None) -> str:
    if holder:
        return "running"
    if last is None:
        return "never begun"
    return (last.ending or "done") if last.ended is not None else "killed"


def _rate(
    db: sqlite3.Connection, last: reading.RunRecord | None, until: float | None
) -> tuple[int, float | None]:
    """Rows settled within the last minutes before `until`, and how many that is a second."""
    if last is None or until is None:
        return 0, None
    since = max(last.started, until - LATELY_S)
    lately, _ = reading.settled_lately(db, last.recipe, since)
    return lately, lately / (until - since) if lately and until > since else None
