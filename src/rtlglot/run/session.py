"""The part of a run with a live engine: the pending rows on their walk, until all have their outcome.

What can end it early: a signal, a lost engine, a spent budget. What has finished is in the ledger then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from rtlglot.checks.ladder import proving
from rtlglot.errors import EngineLost, RowError
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import RequestKeys
from rtlglot.records import Message, Outcome, Reason, Row, Status
from rtlglot.run.ask import Ask
from rtlglot.run.assemble import Assembly
from rtlglot.run.choose import CHOOSE, Prove
from rtlglot.run.examine import Examine, Proof
from rtlglot.run.interrupt import stopping
from rtlglot.run.longest import longest_of
from rtlglot.run.settle import Settler
from rtlglot.run.supervise import Supervised
from rtlglot.run.walk import Eye, Parts, TellCall, walk
from rtlglot.run.watch import Tally, Watch
from rtlglot.sandbox import Box, open_box

log = logging.getLogger("rtlglot")

TICK_S = 0.25
FINDINGS_TOKENS = 600
"""Room for a check's words in a repair."""
REFUSED_IN_A_ROW = 20
"""So many refusals and no reply at all: an option is wrong, not so many rows."""


async def work(plan: Assembly, ledger: Ledger, tally: Tally, watch: Watch) -> str:
    """Give every pending row its outcome; how it ended, one of Summary.ending.

    Raises EngineLost and BudgetSpent after everything that had finished is in the ledger.
    """
    spec, stop = plan.spec, asyncio.Event()
    supervised = Supervised(plan.engine, in_flight=spec.concurrency)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(supervised.aclose)
        box = open_box()  # forks nothing before the first text
        stack.push_async_callback(box.aclose)
        watch.stage(f"starting {plan.recipe.engine} with {plan.recipe.model or 'its model'}")
        await _tell_longest(plan, ledger)
        info = await supervised.start()
        if info.note:
            watch.note(info.note)
        if plan.checks:
            for layer, why in (await box.layers()).items():
                watch.note(f"the sandbox goes on without its layer {layer!r}: {why}")
        ledger.start_writing()
        stack.push_async_callback(ledger.stop_writing)
        recipe = plan.recipe
        keys = RequestKeys(recipe.engine, recipe.model, recipe.identity, share=recipe.share)
        ask = Ask(supervised, ledger, keys)
        walked = _walker(_parts(plan, ledger, ask, box, tally.hear), tally)
        tally.start()
        ending = stack.enter_context(stopping(stop))
        stack.enter_context(_ticking(tally, ask, supervised, watch))
        in_flight = spec.concurrency or info.max_in_flight
        settler = Settler(plan.rows, ledger, tally, watch)
        whole = await settler(walked, in_flight=in_flight, stop=stop, drain_s=spec.drain_s)
        tally.end()
        own = plan.engine.finish() if whole else ""
    return own or ("done" if whole and not tally.pending else ending[0])


async def _tell_longest(plan: Assembly, ledger: Ledger) -> None:
    """To an engine that makes its context as long as the data needs: repairs hold code and findings too."""
    if not plan.engine.expects:
        return
    found = await longest_of(_chats(plan, ledger), plan.engine.count_tokens)
    if found is not None:
        repair, most = plan.spec.repair, plan.recipe.sampling.max_tokens
        plan.engine.expect(found.tokens + most + repair * (most + FINDINGS_TOKENS))


def _chats(plan: Assembly, ledger: Ledger) -> Iterator[tuple[Message, ...]]:
    for row in plan.rows.pending(ledger):
        with contextlib.suppress(RowError):
            yield plan.prompt.render(row, plan.context(row.fields).interface)


def _parts(plan: Assembly, ledger: Ledger, ask: Ask, box: Box, tell: TellCall) -> Parts:
    return Parts(
        eye=Eye(plan.context, Examine(ledger, plan.checks, box), plan.judge, ledger.save_text, tell),
        prompt=plan.prompt,
        ask=ask,
        choose=partial(CHOOSE.load(plan.spec.choose), prove=_prover(plan, ledger, box)),
        sampling=plan.recipe.sampling,
        samples=plan.spec.samples,
        repair=plan.spec.repair,
        round=ledger.round(plan.rows.recipe),
    )


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


@contextlib.contextmanager
def _ticking(tally: Tally, ask: Ask, supervised: Supervised, watch: Watch) -> Iterator[None]:
    """Show where the run stands, several times a second."""

    async def tick() -> None:
        while True:
            tally.take(ask.meter)
            tally.trouble = supervised.trouble
            watch.tick(tally)
            await asyncio.sleep(TICK_S)

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
        tally.take(ask.meter)
        watch.tick(tally)
