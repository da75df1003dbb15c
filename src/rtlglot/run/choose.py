"""Of several samples, which text: `first`, `best`, `all`, or by proof `consensus`.

Each is a function from all tries to the chosen ones: the accepted text, or where none is accepted the
one try that says best why not. `prove` tells whether two designs are formally equivalent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from rtlglot.records import YES
from rtlglot.registry import Table
from rtlglot.run.walk import Try

CHOOSE = Table(
    "way to choose",
    {
        "first": "rtlglot.run.choose:first",
        "best": "rtlglot.run.choose:best",
        "all": "rtlglot.run.choose:all_",
        "consensus": "rtlglot.run.choose:consensus",
    },
)

Prove = Callable[[str, str], Awaitable[bool]]
"""Whether a second design is proved equivalent to a first."""


def _height(attempt: Try) -> tuple[int, int]:
    """How far it came: the strongest yes, then how many said a clear yes."""
    return attempt.judgement.assurance.rank, sum(verdict.status in YES for verdict in attempt.verdicts)


async def first(tries: Sequence[Try], prove: Prove) -> Sequence[Try]:
    """The first accepted sample."""
    return next(([attempt] for attempt in tries if attempt.accepted), [_nearest(tries)])


async def best(tries: Sequence[Try], prove: Prove) -> Sequence[Try]:
    """The accepted sample with the strongest yes, then the most of them; the earlier one of equals."""
    accepted = [attempt for attempt in tries if attempt.accepted]
    return [max(accepted, key=_height)] if accepted else [_nearest(tries)]


async def all_(tries: Sequence[Try], prove: Prove) -> Sequence[Try]:
    """Every accepted sample."""
    return [attempt for attempt in tries if attempt.accepted] or [_nearest(tries)]


async def consensus(tries: Sequence[Try], prove: Prove) -> Sequence[Try]:
    """The first sample of the largest class of formally equivalent ones; the earlier class of equals.

    Equal token sequences are equal designs; only what is left is proved, each sample against one
    member of each class, where simulation comes before proof.
    """
    classes: list[list[Try]] = []
    for attempt in tries:
        if not attempt.accepted:
            continue
        for members in classes:
            if await _agree(members[0], attempt, prove):
                members.append(attempt)
                break
        else:
            classes.append([attempt])
    if not classes:
        return [_nearest(tries)]
    largest = max(classes, key=len)
    said = f"{len(largest)} of {len(tries)} samples agree, {len(classes)} classes among the accepted ones"
    return [replace(largest[0], candidate=replace(largest[0].candidate, detail=said))]


async def _agree(one: Try, other: Try, prove: Prove) -> bool:
    a, b = one.candidate.text or "", other.candidate.text or ""
    return _tokens(a) == _tokens(b) or await prove(a, b)


def _tokens(text: str) -> list[str]:
    from rtlglot.verilog.tokens import code_tokens  # most jobs take one sample

    return [token.text for token in code_tokens(text)]


def _nearest(tries: Sequence[Try]) -> Try:
    """Where none is accepted: the one with a text that came highest."""
    return max(tries, key=lambda attempt: (attempt.candidate.text is not None, _height(attempt)))
