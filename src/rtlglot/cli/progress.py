"""How a run shows itself: live on a terminal, one plain line every 30 s elsewhere, a summary at the end."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from rtlglot.cli.printing import count, duration, sureness
from rtlglot.errors import printable
from rtlglot.records import Outcome, Status
from rtlglot.run.walk import ASKED, CHECKED, MENDED
from rtlglot.run.watch import IN_FLIGHT, Summary, Tally

if TYPE_CHECKING:
    from rich.live import Live

_PLAIN_EVERY_S = 30.0


def watch_for(stream: IO[str], *, resume: str, quiet: bool = False) -> PlainWatch:
    """The watch that suits where it is seen."""
    if stream.isatty() and os.environ.get("TERM") != "dumb" and not quiet:
        return _LiveWatch(stream, resume)
    return PlainWatch(stream, resume)


class PlainWatch:
    """One line at a time."""

    def __init__(self, stream: IO[str], resume: str) -> None:
        """`resume` is the command that goes on after an early end."""
        self._stream = stream
        self._resume = resume
        self._told = 0.0
        self.summary: Summary | None = None
        """How the run ended, once it has."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def stage(self, text: str) -> None:
        """A step begins."""
        self._say(text)

    def note(self, text: str) -> None:
        """Worth knowing."""
        self._say(text)

    def tick(self, tally: Tally) -> None:
        """A line every 30 s, the first after 30 s."""
        now = time.monotonic()
        if now - max(self._told, tally.started) >= _PLAIN_EVERY_S:
            self._told = now
            self._say(
                "  ".join(part for part in (*_progress_parts(tally), _doing(tally), tally.trouble) if part)
            )

    def settled(self, outcome: Outcome) -> None:
        """Nothing: the tally has it."""

    def end(self, summary: Summary) -> None:
        """The summary that accounts for every row."""
        self.summary = summary
        for line in (*summary_lines(summary), *_next_lines(summary, self._resume)):
            self._say(line)

    def _say(self, text: str) -> None:
        print(printable(text), file=self._stream, flush=True)


class _LiveWatch(PlainWatch):
    """A block of lines that is drawn anew, by rich."""

    def __init__(self, stream: IO[str], resume: str) -> None:
        from rich.console import Console

        super().__init__(stream, resume)
        self._console = Console(file=stream, highlight=False)
        self._live: Live | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def stage(self, text: str) -> None:
        """A step begins: the block of the last one stays as it is."""
        self._stop()
        self._console.print(f"{printable(text)} …", style="dim", markup=False)

    def tick(self, tally: Tally) -> None:
        """Draw the block."""
        from rich.live import Live
        from rich.text import Text

        width = min(self._console.width, 100)
        block = Text("\n".join(printable(line)[: width - 1] for line in _live_lines(tally, width)))
        if self._live is None:
            self._live = Live(block, console=self._console, auto_refresh=False, transient=False)
            self._live.start()
        self._live.update(block, refresh=True)

    def end(self, summary: Summary) -> None:
        """The summary."""
        self._stop()
        super().end(summary)

    def _say(self, text: str) -> None:
        self._console.print(printable(text), markup=False, soft_wrap=True)

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def _progress_parts(tally: Tally) -> list[str]:
    """Rows, rates, outcomes, time left."""
    rate, seconds = tally.rows_per_s, max(tally.seconds, 1e-9)
    asked = [
        f"in {tally.prompt_tokens / seconds:,.0f} tok/s",
        f"out {tally.completion_tokens / seconds:,.0f} tok/s",
    ]
    parts = [
        f"{tally.settled:,}/{tally.total:,} rows",
        f"{rate:.1f} rows/s" if rate < 100 else f"{rate:,.0f} rows/s",
        *(asked if tally.requests else []),
        f"accepted {tally.count(Status.ACCEPTED):,}",
        f"rejected {tally.count(Status.REJECTED):,}",
        f"failed {tally.count(Status.FAILED):,}",
        *([f"mean score {tally.score:.2f}"] if tally.score is not None else []),
        *_proved(tally),
    ]
    if tally.pending and tally.settled > tally.kept:
        parts.append(f"{duration(tally.pending / rate)} left")
    return parts


def _proved(tally: Tally) -> list[str]:
    ended = tally.scores.ended
    return [f"{ended['proved']:,} of {ended.total():,} rebuilt proved"] if ended else []


def _doing(tally: Tally) -> str:
    """'24 in flight: 20 asked, 1 in repair, 3 checked (2 equivalence)'; '' where nothing is."""
    now = {what: number for what, number in tally.doing.items() if number}
    whole = now.pop(IN_FLIGHT, 0)
    slow = ", ".join(f"{now[what]:,} {what}" for what in now if what not in (ASKED, MENDED, CHECKED))
    parts = [f"{now[what]:,} {what}" for what in (ASKED, MENDED, CHECKED) if what in now]
    told = ", ".join(parts) + (f" ({slow})" if slow else "")
    waiting = "" if tally.requests or tally.reused or ASKED not in now else "; waiting for the first reply"
    money = f"; {tally.spent:.4g} spent" if tally.spent is not None else ""
    return f"{whole:,} in flight: {told}{waiting}{money}" if whole and told else money.removeprefix("; ")


def _live_lines(tally: Tally, width: int) -> list[str]:
    """The block on a terminal: a bar, the rates and outcomes, what goes on, trouble if there is any."""
    rows, *parts = _progress_parts(tally)
    left = parts.pop() if parts[-1].endswith(" left") else duration(tally.seconds)
    bar_width = max(10, min(40, width - len(rows) - 30))
    full = int(bar_width * tally.settled / tally.total) if tally.total else bar_width
    bar = "█" * full + "░" * (bar_width - full)
    lines = [f"{bar} {rows}  {left}", "  ".join(parts), _doing(tally), tally.trouble]
    return [line for line in lines if line]


_MORE_ROOM = 4
"""So many times the tokens are advised for replies that were cut."""
_ENDINGS = {
    "done": "done",
    "emitted": "requests written",
    "lost": "the engine was lost",
    "stopped": "stopped early",
    "interrupted": "interrupted",
}


def summary_lines(summary: Summary) -> list[str]:
    """Every row is accounted for."""
    lines = [
        f"{_ENDINGS[summary.ending]}: {count(summary.total, 'row')} = {summary.accepted:,} accepted"
        f" + {summary.rejected:,} rejected + {summary.failed:,} failed"
        + (f" + {summary.pending:,} pending" if summary.pending else "")
    ]
    for reason, number in summary.reasons.items():
        if not reason.startswith("accepted"):
            lines.append(f"  {number:>8,} {reason}")
    if cut := summary.reasons.get("accepted truncated"):
        lines.append(f"  {cut:,} of the accepted were cut at {summary.max_tokens:,} tokens and kept so")
    lines += sureness(summary.assurances)
    lines += _rung_lines(summary)
    if summary.score is not None:
        lines.append(f"  {'mean score':<12} {summary.score:.3f}")
    if summary.kept:
        lines.append(f"  {summary.kept:,} rows were settled before and reused")
    lines.append(
        f"  {count(summary.requests, 'request')} in {duration(summary.seconds)}"
        f" ({summary.prompt_tokens:,} tokens in, {summary.completion_tokens:,} out)"
        + (f", {summary.reused:,} replies reused" if summary.reused else "")
        + (f", {summary.spent:.4g} spent" if summary.spent is not None else "")
    )
    return lines


def _next_lines(summary: Summary, resume: str) -> list[str]:
    """Where things are, and what to do next."""
    lines = [f"  output   {summary.output}"]
    if summary.failures and (summary.rejected or summary.failed):
        lines.append(f"  failures {summary.failures}")
    if summary.ending == "emitted":
        lines.append("send the batch file off; with its results: the same command, --ingest-batch RESULTS")
    elif summary.pending:
        lines.append(f"resume with: {resume}")
    elif "failed truncated" in summary.reasons and summary.failures and " transform " in resume:
        more = f"--redo truncated --max-tokens {_MORE_ROOM * summary.max_tokens}"
        lines.append(f"redo what was cut with: {resume} {more}")
    return lines


def _rung_lines(summary: Summary) -> list[str]:
    """What each check said about the rows of this run: 'equivalence  40 equivalent, 2 different'."""
    return [
        f"  {check:<12} {', '.join(f'{number:,} {status}' for status, number in statuses.items())}"
        for check, statuses in summary.rungs.items()
    ]
