"""A run: the walk of every row, from the index of the input to the files that are delivered.

index -> pending rows -> walk (render, ask, extract, examine) -> settle -> deliver
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rtlglot.errors import BudgetSpent, EngineLost, UsageError, printable
from rtlglot.formats import refuse_link
from rtlglot.ledger import Ledger
from rtlglot.ledger.opening import is_blank
from rtlglot.records import Status
from rtlglot.run.assemble import Assembly, assemble, choose_engine, choose_rebuilder, named
from rtlglot.run.deliver import check_output, deliver
from rtlglot.run.events import run_in_loop
from rtlglot.run.ledgers import open_ledger
from rtlglot.run.session import work
from rtlglot.run.spec import Spec
from rtlglot.run.watch import Nobody, Summary, Tally, Watch
from rtlglot.stores.remote import beside

T = TypeVar("T")

log = logging.getLogger("rtlglot")


def run(spec: Spec, watch: Watch | None = None, command: Sequence[str] = ()) -> Summary:
    """Do what a spec says; the one sync door, which also opens inside a running event loop.

    `command` is the argument vector that the spec came from, if any: the ledger keeps it. Raises
    UsageError and LedgerError before anything is asked, EngineLost after everything that had finished is
    settled and delivered.
    """
    return outside(lambda: run_in_loop(arun(spec, watch, command)))


def outside(call: Callable[[], T]) -> T:
    """Call it where no event loop runs: where one does (a notebook's), in a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(1, thread_name_prefix="rtlglot-run") as thread:
        return thread.submit(call).result()


async def arun(spec: Spec, watch: Watch | None = None, command: Sequence[str] = ()) -> Summary:
    """`run` for those who have an event loop."""
    if spec.cluster:
        raise UsageError("cluster is given, and this runs on one machine", hint="leave it out")
    watch = watch or Nobody()
    chosen, other = await named(choose_engine(spec)), choose_rebuilder(spec)
    plan = assemble(spec, chosen, watch, await named(other) if other else None)
    check_output(plan.delivery)
    if plan.ledger_path.exists() and is_blank(plan.ledger_path):
        watch.note(f"{plan.ledger_path} is empty: it remembers no reply, and everything is asked anew")
    own = open_ledger(plan.delivery.output, shard=spec.shard, ledger_dir=spec.ledger_dir)
    with own as ledger, _logging_to(plan):
        return await _run(plan, ledger, watch, command)


async def _run(plan: Assembly, ledger: Ledger, watch: Watch, command: Sequence[str]) -> Summary:
    tally, number = _prepare(plan, ledger, watch, command)
    ending = "done"
    lost: EngineLost | BudgetSpent | None = None
    if tally.pending:
        try:
            ending = await work(plan, ledger, tally, watch)
        except (EngineLost, BudgetSpent) as error:
            ending, lost = "lost" if isinstance(error, EngineLost) else "stopped", error
            log.error("%s", error)  # noqa: TRY400 - for people, not a bug
    if not tally.pending:
        ledger.finish_redo(plan.rows.recipe)
    watch.stage(f"writing {plan.delivery.output}")
    deliver(plan.delivery, plan.dataset, ledger, plan.rows.recipe)
    if plan.delivery.url:
        watch.note(f"  uploaded to {beside(plan.delivery.url, plan.delivery.output)}")
    ledger.end_run(number, ending, tally.worked())
    summary = summarize(plan, tally, ending)
    log.info("%s", summary)
    watch.end(summary)
    if lost is not None:
        raise lost
    return summary


def _prepare(plan: Assembly, ledger: Ledger, watch: Watch, command: Sequence[str]) -> tuple[Tally, int]:
    """Index the input, free what is to be redone, count what is there already."""
    watch.stage(f"reading {plan.spec.input}")
    total = plan.rows.index(ledger, plan.named)
    previous = ledger.last_recipe()
    number = ledger.begin_run(plan.recipe, plan.description(), command)
    if plan.spec.redo and ledger.redo(plan.rows.recipe, previous, plan.spec.redo):
        watch.note("an unfinished redo goes on")
    counts = ledger.counts(plan.rows.recipe)
    rungs = ledger.rungs(plan.rows.recipe) if counts.settled else {}
    tally = Tally(counts, kept=counts.settled, rungs=rungs)
    if counts.settled and plan.rebuilding:
        tally.scores = ledger.scores(plan.rows.recipe)
    if tally.kept:
        watch.note(f"{tally.kept} of {total} rows have their outcome already and are reused")
    log.info("%d rows, %d of them settled before; recipe %s", total, tally.kept, plan.rows.recipe.hex())
    return tally, number


class _LogFile(logging.FileHandler):
    def format(self, record: logging.LogRecord) -> str:
        """Nothing in it that a terminal would act on when it is shown."""
        return printable(super().format(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A log that cannot be written (the disk is full) ends no run and prints no traceback."""


@contextlib.contextmanager
def _logging_to(plan: Assembly) -> Iterator[None]:
    if not plan.spec.log_file:
        refuse_link(plan.log_path)
    handler = _LogFile(plan.log_path, encoding="utf-8", errors="backslashreplace", delay=True)
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


def summarize(plan: Assembly, tally: Tally, ending: str) -> Summary:
    """How a run of a plan ended."""
    return Summary(
        ending=ending,
        total=tally.total,
        accepted=tally.count(Status.ACCEPTED),
        rejected=tally.count(Status.REJECTED),
        failed=tally.count(Status.FAILED),
        pending=tally.pending,
        kept=tally.kept,
        reasons={f"{status} {reason}": n for (status, reason), n in sorted(tally.counts.outcomes.items())},
        assurances=tally.counts.sureness(),
        rungs=_rungs(plan, tally),
        requests=tally.requests,
        reused=tally.reused,
        prompt_tokens=tally.prompt_tokens,
        completion_tokens=tally.completion_tokens,
        seconds=tally.seconds,
        spent=tally.spent,
        max_tokens=plan.recipe.sampling.max_tokens,
        model=plan.recipe.model,
        output=str(plan.delivery.output),
        failures=str(plan.delivery.failures),
        ledger=str(plan.ledger_path),
        score=tally.score,
    )


def _rungs(plan: Assembly, tally: Tally) -> dict[str, dict[str, int]]:
    """In the order of the ladder, the most frequent status first."""
    order = [check.name for check in plan.checks if check.name in tally.rungs]
    return {name: {str(s): n for s, n in tally.rungs[name].most_common()} for name in order}
