"""The walk of one row to its outcome: the whole meaning of the tool.

Render the prompt, ask, take the text out of the reply, examine it; where a check says no, send the
findings back; of several samples choose one. Whatever goes wrong with a row is its outcome.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rtlglot.checks.words import in_plain_words
from rtlglot.errors import RowError
from rtlglot.formats import text_of
from rtlglot.records import (
    Assurance,
    Attempt,
    Candidate,
    Context,
    Finish,
    Json,
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
from rtlglot.run.judge import Judgement

if TYPE_CHECKING:  # a check walks too, and loads no prompts
    from rtlglot.prompts import Prompt

AskCall = Callable[[Request], Awaitable[tuple[bytes, Reply]]]
ExamineCall = Callable[[str, Context], Awaitable[tuple[tuple[Verdict, bytes], ...]]]
JudgeCall = Callable[[Sequence[Verdict], Context], Judgement]
ChooseCall = Callable[[Sequence["Try"]], Awaitable[Sequence["Try"]]]
TellCall = Callable[[Sequence[Verdict]], None]

ASKED, MENDED, CHECKED = "asked", "in repair", "checked"
"""What a row is put through; a slow check goes by its own name besides."""


@dataclass(frozen=True, slots=True)
class Eye:
    """What looks at a text."""

    context: Callable[[Mapping[str, Json]], Context]
    examine: ExamineCall
    judge: JudgeCall
    keep: Callable[[str], bytes]
    """Remembers a text; its key in the ledger."""
    tell: TellCall = lambda verdicts: None
    """Hears the verdicts on the text that a row ends with, for whoever counts them."""
    at: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
    """Hears what a row is put through now, for whoever shows it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a transformation is made of; `session` plugs them together."""

    eye: Eye
    prompt: Prompt
    ask: AskCall
    choose: ChooseCall
    rooms: tuple[Sampling, ...]
    """How a reply is asked for; the next one, with more room, where the last was cut."""
    keep_cut: bool = False
    """Whether a reply that was cut is taken as it is, unexamined."""
    samples: int = 1
    repair: int = 0
    """How often a rejected text goes back to the model."""
    round: int = 0
    """Redo rounds so far: the attempt number of the requests."""
    write: str = "all"
    """The rows that are asked about: 'all', those whose own text is 'missing', 'none'."""
    most_tokens: Callable[[Row], int] | None = None
    """Most tokens of a row's reply, where each row has its own."""
    examine_cut: bool = False
    """Whether a reply that was cut and is kept is examined as any other."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one sample led to, after its repairs."""

    candidate: Candidate
    judgement: Judgement
    verdicts: tuple[Verdict, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    think: str | None = None

    @property
    def accepted(self) -> bool:
        """There is a text, and it was judged good."""
        return self.candidate.text is not None and self.judgement.accepted


async def walk(row: Row, parts: Parts) -> Outcome:
    """What becomes of a row. Raises only what concerns all rows (a lost engine, a full disk)."""
    if row.flaw:
        return _flawed(row)
    field = parts.prompt.pair.target
    own = None if parts.write == "all" else text_of(row.fields.get(field))
    if parts.most_tokens is not None:
        parts = replace(parts, rooms=(replace(parts.rooms[0], max_tokens=parts.most_tokens(row)),))
    if parts.write == "none" and own is None:
        return _without_text(row.id, field)
    try:
        context = parts.eye.context(row.fields)
        messages = parts.prompt.render(row, context.interface)
    except RowError as error:
        return Outcome(row.id, Status.FAILED, error.reason, detail=str(error))
    if own is not None:
        tries: Sequence[Try] = [await _try_own(row.id, own, messages, context, parts)]
    elif parts.samples == 1:
        tries = [await try_sample(row.id, messages, context, 0, parts)]
    else:
        samples = (try_sample(row.id, messages, context, k, parts) for k in range(parts.samples))
        tries = await asyncio.gather(*samples)
    chosen = await parts.choose(tries)
    parts.eye.tell(chosen[0].verdicts)
    return conclude(row.id, chosen, tries)


async def walk_own(row: Row, field: str, eye: Eye) -> Outcome:
    """What becomes of a row whose text is its own: nothing is asked."""
    if row.flaw:
        return _flawed(row)
    text = text_of(row.fields.get(field))
    if text is None:
        return _without_text(row.id, field)
    tried = await look_at(Candidate(text), eye.context(row.fields), OWN, eye)
    eye.tell(tried.verdicts)
    return conclude(row.id, [tried], [tried])


OWN = Attempt(b"", 0, 0, Reason.OK)
"""The asking that a row's own text comes from: none."""


def _flawed(row: Row) -> Outcome:
    return Outcome(row.id, Status.FAILED, Reason.NOT_UNICODE, detail=row.flaw)


def _without_text(row_id: str, field: str) -> Outcome:
    return Outcome(row_id, Status.FAILED, Reason.MISSING_FIELD, detail=f"the row has no {field}")


async def _try_own(
    row_id: str, text: str, messages: tuple[Message, ...], context: Context, parts: Parts
) -> Try:
    """The row's own text, and what the model makes of it where it is not good."""
    tried = await look_at(Candidate(text), context, OWN, parts.eye)
    bad = tried.judgement.send_back
    if bad is None or not parts.repair:
        return tried
    messages = parts.prompt.repair(messages, text, in_plain_words(bad))
    mended = await try_sample(row_id, messages, context, 0, parts, done=1)
    if mended.candidate.text is None:  # what was there is better than nothing
        return replace(tried, attempts=(*tried.attempts, *mended.attempts))
    return replace(mended, attempts=(*tried.attempts, *mended.attempts))


async def try_sample(
    row_id: str, messages: tuple[Message, ...], context: Context, sample: int, parts: Parts, *, done: int = 0
) -> Try:
    """One sample: ask, extract, examine, and mend at most `parts.repair` times, `done` of them before."""
    attempts: list[Attempt] = []
    prompt_tokens = completion_tokens = 0
    for repair in range(done, parts.repair + 1):
        for sampling in parts.rooms:
            request = Request(messages, sampling, row_id, sample, parts.round)
            try:
                with parts.eye.at(MENDED if repair else ASKED):
                    key, reply = await parts.ask(request)
            except RowError as error:
                judged = Judgement(error.reason, Assurance.NONE, str(error))
                candidate = Candidate(None, error.reason, str(error))
                return Try(candidate, judged, (), tuple(attempts), prompt_tokens, completion_tokens)
            prompt_tokens += reply.prompt_tokens or 0
            completion_tokens += reply.completion_tokens or 0
            candidate = parts.prompt.extract(
                reply.text, reply.finish, messages, context.interface, context.masked
            )
            asked = Attempt(key, sample, parts.round, Reason.OK, repair=repair)
            if candidate.reason is not Reason.TRUNCATED or sampling is parts.rooms[-1]:
                break
            attempts.append(replace(asked, reason=Reason.TRUNCATED))
        if candidate.reason is Reason.TRUNCATED and parts.keep_cut:
            tried = await _as_it_is(candidate, reply, asked, context, parts)
        else:
            tried = await look_at(candidate, context, asked, parts.eye)
        candidate = tried.candidate
        attempts += tried.attempts
        bad = tried.judgement.send_back
        if bad is None or candidate.text is None or repair == parts.repair:
            break
        messages = parts.prompt.repair(messages, candidate.text, in_plain_words(bad))
    think = reply.think or candidate.think
    verdicts, judged = tried.verdicts, tried.judgement
    return Try(candidate, judged, verdicts, tuple(attempts), prompt_tokens, completion_tokens, think)


async def _as_it_is(
    candidate: Candidate, reply: Reply, asked: Attempt, context: Context, parts: Parts
) -> Try:
    """A reply that was cut, kept: what can be told from the rest of it, else the whole."""
    text = parts.prompt.extract(reply.text, Finish.STOP, masked=context.masked).text or reply.text.strip()
    if text and parts.examine_cut:
        return await look_at(Candidate(text), context, asked, parts.eye)
    judged = Judgement(Reason.TRUNCATED, Assurance.NONE, candidate.detail, kept=bool(text))
    told = replace(asked, reason=Reason.TRUNCATED, text=parts.eye.keep(text))
    return Try(replace(candidate, text=text or None), judged, (), (told,))


async def look_at(candidate: Candidate, context: Context, asked: Attempt, eye: Eye) -> Try:
    """Examine and judge a text; `asked` says where it came from."""
    if candidate.text is None:
        judged = Judgement(candidate.reason, Assurance.NONE, candidate.detail)
        return Try(candidate, judged, (), (replace(asked, reason=candidate.reason),))
    with eye.at(CHECKED):
        examined = await eye.examine(candidate.text, context)
    verdicts = tuple(verdict for verdict, _ in examined)
    judged = eye.judge(verdicts, context)
    keys = tuple(key for _, key in examined)
    text = eye.keep(candidate.text)
    told = Attempt(asked.request, asked.sample, asked.attempt, judged.reason, keys, asked.repair, text)
    return Try(candidate, judged, verdicts, (told,))


def conclude(row_id: str, chosen: Sequence[Try], tries: Sequence[Try]) -> Outcome:
    """The outcome from the chosen tries (all accepted, or one that is not) and the whole history."""
    best = chosen[0]
    if best.candidate.text is None:
        status = Status.FAILED
    else:
        status = Status.ACCEPTED if best.accepted else Status.REJECTED
    return Outcome(
        id=row_id,
        status=status,
        reason=best.judgement.reason,
        text=best.candidate.text,
        detail=best.judgement.detail or best.candidate.detail,
        texts=tuple(t.candidate.text or "" for t in chosen) if len(chosen) > 1 else (),
        think=best.think,
        attempts=tuple(attempt for t in tries for attempt in t.attempts),
        prompt_tokens=sum(t.prompt_tokens for t in tries),
        completion_tokens=sum(t.completion_tokens for t in tries),
        assurance=min((t.judgement.assurance for t in chosen), key=lambda each: each.rank),
    )
