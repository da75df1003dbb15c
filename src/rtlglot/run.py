"""A run: the walk of every row, from the index of the input to the files that are delivered.

index -> pending rows -> walk (render, ask, extract, examine) -> settle -> deliver
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from rtlglot.ask import Ask
from rtlglot.assemble import Assembly, assemble, resolve
from rtlglot.checks import CHECKS
from rtlglot.choose import CHOOSE
from rtlglot.deliver import check_output, deliver
from rtlglot.engines.openai.offline import BatchOut
from rtlglot.errors import BudgetSpent, EngineLost, InputError, Unanswered
from rtlglot.examine import Examine, Proof
from rtlglot.ledger import Indexed, Ledger
from rtlglot.ledger.keys import RequestKeys, content_key
from rtlglot.loop import run_loop
from rtlglot.records import Outcome, Reason, Row, Status
from rtlglot.registry import did_you_mean
from rtlglot.sandbox import open_box
from rtlglot.spec import Spec
from rtlglot.supervise import Supervised
from rtlglot.walk import Parts, walk
from rtlglot.watch import Nobody, Summary, Tally, Watch

log = logging.getLogger("rtlglot")

TICK_S = 0.25
REFUSED_IN_A_ROW = 20
"""So many refusals and no reply at all: an option is wrong, not so many rows."""


def run(spec: Spec, watch: Watch | None = None) -> Summary:
    """Do what a spec says; the one sync door, which also opens inside a running event loop.

    Raises UsageError and LedgerError before anything is asked, EngineLost after everything that had
    finished is settled and delivered.
    """
    if not _inside_a_loop():
        return asyncio.run(arun(spec, watch))
    # A notebook's loop runs already: a thread of our own has none.
    with ThreadPoolExecutor(1, thread_name_prefix="rtlglot-run") as thread:
        return thread.submit(asyncio.run, arun(spec, watch)).result()


def _inside_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def arun(spec: Spec, watch: Watch | None = None) -> Summary:
    """`run` for those who have an event loop."""
    watch = watch or Nobody()
    plan = assemble(await resolve(spec), watch)
    check_output(plan.delivery)
    with contextlib.closing(Ledger(plan.ledger_path)) as ledger, _logging_to(plan):
        return await _run(plan, ledger, watch)


async def _run(plan: Assembly, ledger: Ledger, watch: Watch) -> Summary:
    tally, number = _prepare(plan, ledger, watch)
    ending = "done"
    lost: EngineLost | BudgetSpent | None = None
    if tally.pending:
        try:
            ending = await _work(plan, ledger, tally, watch)
        except (EngineLost, BudgetSpent) as error:
            ending, lost = "lost" if isinstance(error, EngineLost) else "stopped", error
            log.error("%s", error)  # noqa: TRY400 - for people, not a bug
    if not tally.pending:
        ledger.finish_redo(plan.key)
    watch.stage(f"writing {plan.delivery.output}")
    deliver(plan.delivery, plan.dataset, ledger, plan.key)
    ledger.end_run(number, ending)
    summary = _summary(plan, tally, ending)
    log.info("%s", summary)
    watch.end(summary)
    if lost is not None:
        raise lost
    return summary


def _prepare(plan: Assembly, ledger: Ledger, watch: Watch) -> tuple[Tally, int]:
    """Index the input, free what is to be redone, count what is there already."""
    watch.stage(f"reading {plan.spec.input}")
    rows = (Indexed(r.position, r.id, content_key(r, plan.reads), r.where) for r in plan.dataset)
    total = ledger.index(rows, plan.dataset.name)
    _refuse_unknown_fields(plan)
    previous = ledger.last_recipe()
    number = ledger.begin_run(plan.recipe, plan.description())
    if plan.spec.redo and ledger.redo(plan.key, previous, plan.spec.redo):
        watch.note("an unfinished redo goes on")
    reasons = Counter(
        {(Status(status), Reason(reason)): n for (status, reason), n in ledger.counts(plan.key).items()}
    )
    tally = Tally(total=total, kept=reasons.total(), reasons=reasons)
    if tally.kept:
        watch.note(f"{tally.kept} of {total} rows have their outcome already and are reused")
    log.info("%d rows, %d of them settled before; recipe %s", total, tally.kept, plan.key.hex())
    return tally, number


def _refuse_unknown_fields(plan: Assembly) -> None:
    """A field that no row has is a typing error, not so many failed rows."""
    columns, spec = plan.dataset.columns, plan.spec
    named = [spec.source, spec.reference, spec.testbench, spec.interface]
    for name in named:
        if columns and name and name != "auto" and name not in columns:
            raise InputError(
                f"no row has a field {name!r}", file=plan.dataset.name, hint=did_you_mean(name, list(columns))
            )


async def _work(plan: Assembly, ledger: Ledger, tally: Tally, watch: Watch) -> str:
    """Send the pending rows on their walk; how it ended."""
    spec, stop = plan.spec, asyncio.Event()
    supervised = Supervised(plan.engine, in_flight=spec.concurrency)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(supervised.aclose)
        box = open_box()  # forks nothing before the first text
        stack.push_async_callback(box.aclose)
        watch.stage(f"starting {plan.recipe.engine} with {plan.recipe.model or 'its model'}")
        info = await supervised.start()
        if info.note:
            watch.note(info.note)
        ledger.start_writing()
        stack.push_async_callback(ledger.stop_writing)
        keys = RequestKeys(plan.recipe.engine, plan.recipe.model, plan.recipe.identity, share=spec.share)
        ask = Ask(supervised, ledger, keys)
        parts = Parts(
            prompt=plan.prompt,
            ask=ask,
            examine=Examine(ledger, plan.checks, box),
            choose=partial(
                CHOOSE.load(spec.choose), prove=Proof(ledger, CHECKS.load("equivalence")({}), box)
            ),
            context=plan.context,
            sampling=plan.recipe.sampling,
            samples=spec.samples,
            repair=spec.repair,
            round=ledger.round(plan.key),
        )
        tally.start()
        ending = stack.enter_context(_signals(stop))
        stack.enter_context(_ticking(tally, ask, supervised, watch))

        async def settle(row: Row) -> None:
            try:
                outcome = await walk(row, parts)
            except Unanswered:
                return  # it stays pending
            await ledger.settle(plan.key, content_key(row, plan.reads), outcome)
            tally.reasons[outcome.status, outcome.reason] += 1
            _refuse_to_burn(tally, ask, outcome)
            if outcome.status is not Status.ACCEPTED:
                log.warning("%s %s: %s (%s)", outcome.status, row.id, outcome.reason, outcome.detail)
            watch.settled(outcome)

        in_flight = spec.concurrency or info.max_in_flight
        whole = await run_loop(
            _pending_rows(plan, ledger), settle, in_flight=in_flight, stop=stop, drain_s=spec.drain_s
        )
        if whole and isinstance(plan.engine, BatchOut):
            plan.engine.finish()
    tally.take(ask.meter)
    if whole and isinstance(plan.engine, BatchOut):
        return "emitted"
    return "done" if whole and not tally.pending else ending[0]


def _refuse_to_burn(tally: Tally, ask: Ask, outcome: Outcome) -> None:
    """Stop where the engine has refused every request so far: it is not the rows' fault."""
    refused = tally.reasons[Status.FAILED, Reason.BAD_REQUEST]
    if refused >= REFUSED_IN_A_ROW and not ask.meter.requests and not ask.meter.reused:
        raise EngineLost(
            f"the engine refused all of the first {refused} requests, the last with: {outcome.detail}",
            hint="mend the option it names, then run the same command with --redo bad_request",
        )


def _pending_rows(plan: Assembly, ledger: Ledger) -> Iterator[Row]:
    positions = ledger.pending(plan.key)
    wanted = next(positions, None)
    for row in plan.dataset:
        if wanted is None:
            return
        if row.position == wanted:
            yield row
            wanted = next(positions, None)


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[list[str]]:
    """SIGINT and SIGTERM stop the feeding; a second one goes its usual way. Yields how it ended."""
    ending = ["stopped"]
    loop = asyncio.get_running_loop()
    names = {signal.SIGINT: "interrupted", signal.SIGTERM: "stopped"}
    ours = threading.current_thread() is threading.main_thread()

    def on_signal(number: signal.Signals) -> None:
        ending[0] = names[number]
        stop.set()
        for each in names:
            loop.remove_signal_handler(each)

    if ours:
        for number in names:
            loop.add_signal_handler(number, on_signal, number)
    try:
        yield ending
    finally:
        if ours:
            for number in names:
                loop.remove_signal_handler(number)


@contextlib.contextmanager
def _ticking(tally: Tally, ask: Ask, supervised: Supervised, watch: Watch) -> Iterator[None]:
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


@contextlib.contextmanager
def _logging_to(plan: Assembly) -> Iterator[None]:
    handler = logging.FileHandler(plan.log_path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        handler.close()


def _summary(plan: Assembly, tally: Tally, ending: str) -> Summary:
    return Summary(
        ending=ending,
        total=tally.total,
        accepted=tally.count(Status.ACCEPTED),
        rejected=tally.count(Status.REJECTED),
        failed=tally.count(Status.FAILED),
        pending=tally.pending,
        kept=tally.kept,
        reasons={f"{status} {reason}": n for (status, reason), n in sorted(tally.reasons.items())},
        requests=tally.requests,
        reused=tally.reused,
        prompt_tokens=tally.prompt_tokens,
        completion_tokens=tally.completion_tokens,
        seconds=tally.seconds,
        model=plan.recipe.model,
        output=str(plan.delivery.output),
        failures=str(plan.delivery.failures),
        ledger=str(plan.ledger_path),
    )
