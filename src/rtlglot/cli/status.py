"""`rtlglot status`: where a run stands, while it goes or after."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rtlglot.cli.command import AsJson, Command, Given, take
from rtlglot.cli.printing import count, duration, print_json
from rtlglot.options import flag
from rtlglot.records import Assurance

if TYPE_CHECKING:
    from rtlglot.reports.standing import Standing

_DESCRIPTION = """\
Say where a run stands: rows, what they ended as and why, the rate of the last minutes,
the time left, who works on it. It only reads, and never disturbs a run."""

_EPILOG = """\
examples:
  rtlglot status designs.jsonl
  rtlglot status designs.jsonl --json
  rtlglot status out.jsonl            all shards of it that have begun, together
  watch -n 5 rtlglot status designs.jsonl"""

_Paint = Callable[[str, str], str]
"""(text, status) -> the text in that status' colour."""

_BAR = 40
_COLOURS = {"accepted": "32", "rejected": "33", "failed": "35", "pending": "2"}
_STATES = {
    "running": "running",
    "done": "done",
    "emitted": "requests written to a batch file",
    "stopped": "stopped early",
    "interrupted": "interrupted",
    "lost": "the engine was lost",
    "killed": "killed: it never said how it ended",
    "never begun": "no run has begun",
}


@dataclass(frozen=True, slots=True)
class _Flags(AsJson):
    run: str = flag("the output of a run, or its ledger", "OUTPUT|LEDGER")


def _call(given: Given) -> int:
    from rtlglot.ledger.opening import find_ledger
    from rtlglot.reports.standing import standing, standings
    from rtlglot.stores.remote import here

    flags = take(_Flags, given)
    found = standings(here(flags.run)) or standing(find_ledger(flags.run))
    if flags.json:
        print_json(found.to_json())
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        print("\n".join(lines(found, colour=colour)))
    return 0


def lines(found: Standing, *, colour: bool = False, now: float | None = None) -> Iterator[str]:
    """The status, within 80 columns (paths and commands are not broken)."""
    now = time.time() if now is None else now
    paint = _painted if colour else _plain
    yield f"{found.ledger}: {_STATES.get(found.state, found.state)}"
    yield from _when(found, now)
    if not found.total:
        return
    settled = found.total - found.pending
    yield ""
    yield f"{_bar(found, paint)} {settled:,} of {count(found.total, 'row')} ({settled / found.total:.0%})"
    yield from _table(found, paint)
    if found.rows_per_s:
        rate = f"{found.rows_per_s:.2f}" if found.rows_per_s < 10 else f"{found.rows_per_s:,.0f}"
        left = f", {duration(found.left_s)} left" if found.left_s is not None else ""
        when = "in the last 5 min" if found.holder else "in its last 5 min"
        yield f"{rate} rows/s {when}{left}"
    if found.replies:
        yield (
            f"{count(found.replies, 'reply').replace('replys', 'replies')} bought: "
            f"{found.prompt_tokens:,} tokens in, {found.completion_tokens:,} out"
        )
    if found.pending and not found.holder:
        yield f"resume with: {found.command or 'the same command or call as before'}"


def _when(found: Standing, now: float) -> Iterator[str]:
    if found.started is None:
        return
    begun = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.started))
    number = f"run {found.runs} of this ledger, " if found.runs > 1 else ""
    if found.holder:
        yield f"{number}begun {begun}, {duration(now - found.started)} ago, by {found.holder}"
        if found.latest and now - found.latest > 60:
            yield f"nothing was written for {duration(now - found.latest)}"
        return
    end = found.ended or found.latest
    took = f", took {duration(end - found.started)}" if end and end >= found.started else ""
    yield f"{number}begun {begun}{took}"


def _table(found: Standing, paint: _Paint) -> Iterator[str]:
    for status in ("accepted", "rejected", "failed", "pending"):
        reasons = dict(found.outcomes.get(status, {}))
        rows = found.pending if status == "pending" else sum(reasons.values())
        if not rows and status == "pending":
            continue
        yield paint(f"  {status:<10}{rows:>12,}{rows / found.total:>8.1%}", status)
        if status == "accepted":
            reasons = {Assurance(name).told: number for name, number in found.assurances.items()}
        if status == "rejected" and found.rejected_by:
            reasons = {f"by {check or 'a check'}": number for check, number in found.rejected_by.items()}
        for reason, number in sorted(reasons.items(), key=lambda item: -item[1]):
            yield f"    {reason.replace('_', ' '):<20}{number:>10,}{number / found.total:>8.1%}"


def _bar(found: Standing, paint: _Paint) -> str:
    """Each status by a letter of its own: colour is never alone."""
    parts, used = [], 0
    marks = {"accepted": "█", "rejected": "▒", "failed": "×"}
    done = 0
    for status, mark in marks.items():
        done += found.count(status)
        upto = round(_BAR * done / found.total)
        parts.append(paint(mark * (upto - used), status))
        used = upto
    return "".join(parts) + "·" * (_BAR - used)


def _painted(text: str, status: str) -> str:
    return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m" if text else text


def _plain(text: str, status: str) -> str:
    return text


COMMAND = Command(
    help="where a run stands, while it goes or after",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    flags=lambda: (_Flags,),
    call=_call,
)
