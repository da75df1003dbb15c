"""The part of a run with a live engine: the pending rows on their walk, until all have their outcome.

What can end it early: a signal, a lost engine, a spent budget. What has finished is in the ledger then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from rtlglot.checks.ladder import proving
from rtlglot.engines import EngineInfo
from rtlglot.errors import EngineLost, RowError
from rtlglot.formats import text_of
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import RequestKeys
from rtlglot.records import Message, Outcome, Reason, Row, Sampling, Status
from rtlglot.run.ask import Ask
from rtlglot.run.assemble import Assembly
from rtlglot.run.choose import CHOOSE, Prove
from rtlglot.run.examine import Examine, Proof
from rtlglot.run.longest import longest_of
from rtlglot.run.rebuild import Live
from rtlglot.run.settle import Settler
from rtlglot.run.spec import FEWEST_OF_SOURCE, MOST_OF_SOURCE, Spec
from rtlglot.run.supervise import Supervised
from rtlglot.run.until import Until, end_time
from rtlglot.run.walk import ExamineCall, Eye, Parts, walk
from rtlglot.run.watch import Tally, Watch
from rtlglot.sandbox import Box, open_box
from rtlglot.verilog.masked import left_out

log = logging.getLogger("rtlglot")

FINDINGS_TOKENS = 600
"""Room for a check's words in a repair."""
PROVED_BESIDE_PER_CORE = 16
"""Rows in flight beside those at the engine, where designs are built and proved."""
REFUSED_IN_A_ROW = 20
"""So many refusals and no reply at all: an option is wrong, not so many rows."""


async def work(plan: Assembly, ledger: Ledger, tally: Tally, watch: Watch) -> str:
    """Give every pending row its outcome; how it ended, one of Summary.ending.

    Raises EngineLost and BudgetSpent after everything that had finished is in the ledger.
    """
    spec = plan.spec
    async with open_session(plan, ledger, tally, watch) as session:
        cut = await session.settler(session.walked, in_flight=session.in_flight, drain_s=spec.drain_s)
        own = "" if cut else plan.engine.finish()
    return cut or own or ("stopped" if tally.pending else "done")


@dataclass(frozen=True, slots=True)
class Session:
    """A live engine, and what rows need to walk by it."""

    settler: Settler
    walked: Callable[[Row], Awaitable[Outcome]]
    in_flight: int
    """So many rows at once keep the engine busy."""


@contextlib.asynccontextmanager
async def open_session(
    plan: Assembly, ledger: Ledger, tally: Tally, watch: Watch, examine: ExamineCall | None = None
) -> AsyncIterator[Session]:
    """A session of a plan's engine; `examine` looks at the texts where it is not done here."""
    spec = plan.spec
    ending = asyncio.Event()
    supervised = Supervised(plan.engine, in_flight=spec.concurrency, ending=ending)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(supervised.aclose)
        box = open_box(tell=watch.note)  # forks nothing before the first text that needs it
        stack.push_async_callback(box.aclose)
        await _tell_longest(plan, ledger)
        info = await _start(supervised, plan.recipe.engine, plan.recipe.model, watch)
        if plan.checks and plan.context.kind == "verilog" and examine is None:
            await box.ready()  # what keeps it from starting is told before anything is paid for
        ledger.start_writing()
        stack.push_async_callback(ledger.stop_writing)
        recipe = plan.recipe
        share = recipe.share and not plan.engine.by_row
        keys = RequestKeys(recipe.engine, recipe.model, recipe.identity, share=share)
        ask = Ask(supervised, ledger, keys)
        live = _Live(ask, box, _rooms(plan, info.context_tokens), tally, ending)
        room = await _start_rebuilding(plan, ledger, live, watch, stack)
        walked = _walker(_parts(plan, ledger, live, examine), tally)

        def look() -> None:
            tally.take(ask.meter)
            tally.trouble, tally.spent = supervised.trouble, plan.engine.spent()

        until = Until(end_time(spec.until), tally.total) if spec.until else None
        settler = Settler(plan.rows, ledger, tally, watch, look, until, ending.set)
        yield Session(settler, walked, (spec.concurrency or info.max_in_flight) + room)


async def _start(engine: Supervised, name: str, model: str, watch: Watch) -> EngineInfo:
    watch.stage(f"starting {name} with {model or 'its model'}")
    info = await engine.start()
    if info.note:
        watch.note(info.note)
    return info


async def _start_rebuilding(
    plan: Assembly, ledger: Ledger, live: _Live, watch: Watch, stack: contextlib.AsyncExitStack
) -> int:
    """Where a check has designs built: with an engine of its own, or the run's. So many rows more are in
    flight then, that neither the engines wait for proofs nor the proofs for them."""
    built = plan.rebuilding
    if built is None:
        return 0
    ask, room = live.ask, PROVED_BESIDE_PER_CORE * (os.cpu_count() or 1)
    if built.own:
        chosen = built.chosen
        engine = Supervised(chosen.engine, in_flight=plan.spec.concurrency, ending=live.ending)
        stack.push_async_callback(engine.aclose)
        if chosen.engine.expects and (tokens := await _longest_rebuilt(plan, ledger)):
            chosen.engine.expect(tokens)
        room += (await _start(engine, chosen.name, chosen.model, watch)).max_in_flight
        share = plan.recipe.share and not chosen.engine.by_row
        keys = RequestKeys(chosen.name, chosen.model, chosen.engine.identity(), share=share)
        ask = Ask(engine, ledger, keys, live.ask.meter)
    examine, prove = (
        Examine(ledger, checks, live.box, live.tally.at) for checks in (built.checks, built.proof)
    )
    built.start(Live(ask, ledger, examine, prove, live.tally.at, ledger.round(plan.rows.recipe)))
    return room


_MOST_ROOM = 16
"""A second, larger try of a reply that was cut has at most so many times its tokens."""
_USUAL_ROOM = 4
"""And where the context is not known."""


def _rooms(plan: Assembly, context_tokens: int | None) -> tuple[Sampling, ...]:
    """How a reply is asked for, and how once more where it was cut and `--truncated retry` is given: the
    engine makes of it what the prompt leaves of the context."""
    first = plan.recipe.sampling
    if plan.spec.truncated != "retry":
        return (first,)
    most = min(context_tokens or _USUAL_ROOM * first.max_tokens, _MOST_ROOM * first.max_tokens)
    return (first, replace(first, max_tokens=most)) if most > first.max_tokens else (first,)


async def _tell_longest(plan: Assembly, ledger: Ledger) -> None:
    """To an engine that makes its context as long as the data needs: repairs hold code and findings too."""
    if not plan.engine.expects:
        return
    found = await longest_of(_chats(plan, ledger), plan.engine.count_tokens)
    if found is not None:
        repair, most = plan.spec.repair, _rooms(plan, None)[-1].max_tokens
        tokens = found.tokens + most + repair * (most + FINDINGS_TOKENS)
        shared = plan.rebuilding is not None and not plan.rebuilding.own
        plan.engine.expect(max(tokens, await _longest_rebuilt(plan, ledger) if shared else 0))


async def _longest_rebuilt(plan: Assembly, ledger: Ledger) -> int:
    """Tokens of the longest request for a design, and of the design."""
    built = plan.rebuilding
    assert built is not None
    field = plan.spec.target

    def chats() -> Iterator[tuple[Message, ...]]:
        for row in plan.rows.pending(ledger):
            with contextlib.suppress(RowError):
                yield built.messages(text_of(row.fields.get(field)) or "", plan.context(row.fields))

    found = await longest_of(chats(), built.chosen.engine.count_tokens)
    written = _rooms(plan, None)[-1].max_tokens if plan.spec.write != "none" else 0
    return (found.tokens if found else 0) + written + built.sampling.max_tokens


def _chats(plan: Assembly, ledger: Ledger) -> Iterator[tuple[Message, ...]]:
    for row in plan.rows.pending(ledger):
        with contextlib.suppress(RowError):
            yield plan.prompt.render(row, plan.context(row.fields).interface)


@dataclass(frozen=True, slots=True)
class _Live:
    """What only a session has: who asks its engine, its sandbox and rooms, who counts, and its end."""

    ask: Ask
    box: Box
    rooms: tuple[Sampling, ...]
    tally: Tally
    ending: asyncio.Event


def _parts(plan: Assembly, ledger: Ledger, live: _Live, examine: ExamineCall | None) -> Parts:
    examine = examine or Examine(ledger, plan.checks, live.box, live.tally.at, ledger.round(plan.rows.recipe))
    return Parts(
        eye=Eye(plan.context, examine, plan.judge, ledger.save_text, live.tally.hear, live.tally.at),
        prompt=plan.prompt,
        ask=live.ask,
        choose=partial(CHOOSE.load(plan.spec.choose), prove=_prover(plan, ledger, live.box)),
        rooms=live.rooms,
        keep_cut=plan.spec.truncated == "keep",
        samples=plan.spec.samples,
        repair=plan.spec.repair,
        round=ledger.round(plan.rows.recipe),
        write=plan.spec.write,
        most_tokens=partial(_of_source, plan.spec) if plan.spec.source_share else None,
        examine_cut=plan.rebuilding is not None,
    )


def _of_source(spec: Spec, row: Row) -> int:
    """As many tokens as a row's source has, four characters each, or the share of them that is asked for."""
    share, text = spec.source_share, text_of(row.fields.get(spec.source)) or ""
    if spec.source == "masked":
        text = left_out(text, text_of(row.fields.get(spec.reference)) or text)
    has = len(text) // 4 // share
    return max(FEWEST_OF_SOURCE // min(share, 4), min(has, MOST_OF_SOURCE))


def _prover(plan: Assembly, ledger: Ledger, box: Box) -> Prove:
    """Makes the check that proves only where a proof is asked for."""
    made: list[Proof] = []

    async def prove(reference: str, text: str) -> bool:
        if not made:
            made.append(Proof(ledger, proving(plan.spec.check_options), box, plan.spec.standard))
        return await made[0](reference, text)

    return prove


def _walker(parts: Parts, tally: Tally) -> Callable[[Row], Awaitable[Outcome]]:
    """The walk, as long as not every request so far was refused: that is not the rows' fault."""
    last = ""

    async def walked(row: Row) -> Outcome:
        nonlocal last
        refused = tally.counts.outcomes[Status.FAILED, Reason.BAD_REQUEST]
        if refused >= REFUSED_IN_A_ROW and refused == tally.settled:
            raise EngineLost(
                f"the engine refused all of the first {refused} requests, the last with: {last}",
                hint="mend the option it names, then run the same command with --redo bad_request",
            )
        outcome = await walk(row, parts)
        last = outcome.detail
        return outcome

    return walked
