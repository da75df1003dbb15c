"""The walk of one row to its outcome: the whole meaning of the tool.

Render the prompt, ask, take the text out of the reply, examine it; where a check says no, send the
findings back; of several samples choose one. Whatever goes wrong with a row is its outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rtlglot.checks.words import in_plain_words
from rtlglot.errors import RowError
from rtlglot.prompts import Prompt
from rtlglot.records import (
    Attempt,
    Candidate,
    Context,
    Message,
    Outcome,
    Reason,
    Reply,
    Request,
    Row,
    Sampling,
    Status,
    Verdict,
)

AskCall = Callable[[Request], Awaitable[tuple[bytes, Reply]]]
ExamineCall = Callable[[str, Context], Awaitable[tuple[tuple[Verdict, bytes], ...]]]
ChooseCall = Callable[[Sequence["Try"]], Awaitable[Sequence["Try"]]]
TellCall = Callable[[Sequence[Verdict]], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a transformation is made of; `run` plugs them together."""

    prompt: Prompt
    ask: AskCall
    examine: ExamineCall
    choose: ChooseCall
    keep: Callable[[str], bytes]
    """Remembers a text; its key in the ledger."""
    context: Callable[[Row], Context]
    sampling: Sampling
    samples: int = 1
    repair: int = 0
    """How often a rejected text goes back to the model."""
    round: int = 0
    """Redo rounds so far: the attempt number of the requests."""
    tell: TellCall = lambda verdicts: None
    """Hears the verdicts on the text that a row ends with, for whoever counts them."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one sample led to, after its repairs."""

    candidate: Candidate
    verdicts: tuple[Verdict, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    think: str | None = None

    @property
    def accepted(self) -> bool:
        """There is a text and no check says no."""
        return self.candidate.text is not None and all(verdict.ok for verdict in self.verdicts)


async def walk(row: Row, parts: Parts) -> Outcome:
    """What becomes of a row. Raises only what concerns all rows (a lost engine, a full disk)."""
    try:
        context = parts.context(row)
        messages = parts.prompt.render(row, context.interface)
    except RowError as error:
        return Outcome(row.id, Status.FAILED, error.reason, detail=str(error))
    if parts.samples == 1:
        tries: Sequence[Try] = [await try_sample(row.id, messages, context, 0, parts)]
    else:
        samples = (try_sample(row.id, messages, context, k, parts) for k in range(parts.samples))
        tries = await asyncio.gather(*samples)
    chosen = await parts.choose(tries)
    parts.tell(chosen[0].verdicts)
    return conclude(row.id, chosen, tries)


async def try_sample(
    row_id: str, messages: tuple[Message, ...], context: Context, sample: int, parts: Parts
) -> Try:
    """One sample: ask, extract, examine, and mend at most `parts.repair` times."""
    attempts: list[Attempt] = []
    prompt_tokens = completion_tokens = 0
    for repair in range(parts.repair + 1):
        request = Request(messages, parts.sampling, row_id, sample, parts.round)
        try:
            key, reply = await parts.ask(request)
        except RowError as error:
            candidate = Candidate(None, error.reason, str(error))
            return Try(candidate, (), tuple(attempts), prompt_tokens, completion_tokens)
        prompt_tokens += reply.prompt_tokens or 0
        completion_tokens += reply.completion_tokens or 0
        candidate = parts.prompt.extract(reply.text, reply.finish, messages, context.interface)
        examined = () if candidate.text is None else await parts.examine(candidate.text, context)
        verdicts = tuple(verdict for verdict, _ in examined)
        keys = tuple(verdict_key for _, verdict_key in examined)
        bad = next((verdict for verdict in verdicts if not verdict.ok), None)
        reason = bad.reason if bad else candidate.reason
        text = b"" if candidate.text is None else parts.keep(candidate.text)
        attempts.append(Attempt(key, sample, parts.round, reason, keys, repair, text))
        if bad is None or candidate.text is None:
            break
        messages = parts.prompt.repair(messages, candidate.text, in_plain_words(bad))
    think = reply.think or candidate.think
    return Try(candidate, verdicts, tuple(attempts), prompt_tokens, completion_tokens, think)


def conclude(row_id: str, chosen: Sequence[Try], tries: Sequence[Try]) -> Outcome:
    """The outcome from the chosen tries (all accepted, or one that is not) and the whole history."""
    best = chosen[0]
    bad = next((verdict for verdict in best.verdicts if not verdict.ok), None)
    if best.candidate.text is None:
        status, reason, detail = Status.FAILED, best.candidate.reason, best.candidate.detail
    elif bad is not None:
        status, reason, detail = Status.REJECTED, bad.reason, in_plain_words(bad)
    else:
        status, reason, detail = Status.ACCEPTED, Reason.OK, best.candidate.detail
    return Outcome(
        id=row_id,
        status=status,
        reason=reason,
        text=best.candidate.text,
        detail=detail,
        texts=tuple(t.candidate.text or "" for t in chosen) if len(chosen) > 1 else (),
        think=best.think,
        attempts=tuple(attempt for t in tries for attempt in t.attempts),
        prompt_tokens=sum(t.prompt_tokens for t in tries),
        completion_tokens=sum(t.completion_tokens for t in tries),
    )
