"""Of several samples, which text: `first`, `best`, `all` (and `consensus`, by proof).

Each is a function from all tries to the chosen ones: the accepted text, or where none is accepted the
one try that says best why not.
"""

from __future__ import annotations

from collections.abc import Sequence

from rtlglot.records import CheckStatus, Context
from rtlglot.registry import Table
from rtlglot.transform import Try

CHOOSE = Table(
    "way to choose",
    {
        "first": "rtlglot.choose:first",
        "best": "rtlglot.choose:best",
        "all": "rtlglot.choose:all_",
    },
)

_GOOD = {CheckStatus.PASS, CheckStatus.EQUIVALENT}


def rungs_passed(attempt: Try) -> int:
    """How many checks said a clear yes."""
    return sum(verdict.status in _GOOD for verdict in attempt.verdicts)


async def first(tries: Sequence[Try], context: Context) -> Sequence[Try]:
    """The first accepted sample."""
    return next(([attempt] for attempt in tries if attempt.accepted), [_nearest(tries)])


async def best(tries: Sequence[Try], context: Context) -> Sequence[Try]:
    """The accepted sample with the most clear passes; the earlier one of equals."""
    accepted = [attempt for attempt in tries if attempt.accepted]
    return [max(accepted, key=rungs_passed)] if accepted else [_nearest(tries)]


async def all_(tries: Sequence[Try], context: Context) -> Sequence[Try]:
    """Every accepted sample."""
    return [attempt for attempt in tries if attempt.accepted] or [_nearest(tries)]


def _nearest(tries: Sequence[Try]) -> Try:
    """Where none is accepted: the one with a text that came highest."""
    return max(tries, key=lambda attempt: (attempt.candidate.text is not None, rungs_passed(attempt)))
