"""A replica: an actor with one engine and the whole walk, which makes a part file of each chunk of rows."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import logging
import os
import pickle
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from rtlglot.cluster.examining import ExamineAfar
from rtlglot.cluster.job import ClusterJob, row_key
from rtlglot.cluster.tries import Tries
from rtlglot.errors import ConfigError, EngineLost, LedgerError
from rtlglot.formats import DatasetWriter, Shape
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import content_key, digest
from rtlglot.ledger.lock import take_lock
from rtlglot.ledger.parts import cut, pack, part_file
from rtlglot.records import PARTS_KEY, Assurance, CheckStatus, Json, Outcome, Reason, Row, Status
from rtlglot.run.assemble import assemble, choose_engine, named
from rtlglot.run.deliver import accepted_fields, free
from rtlglot.run.events import loop_factory
from rtlglot.run.gate import Gate
from rtlglot.run.loop import run_loop
from rtlglot.run.session import open_session
from rtlglot.run.watch import Nobody, Tally
from rtlglot.stores.remote import is_url

log = logging.getLogger("rtlglot")
T = TypeVar("T")

_CLOSE_S = 60.0
_MOST = 1 << 30
_DEATHS_BEFORE_ALONE = 2
_LOST_BEFORE_ENDING = 3
"""An engine that was lost so often with the same rows will not come back."""


@dataclass(frozen=True, slots=True)
class ChunkOutcome:
    """What became of a chunk."""

    part: str
    outcomes: Counter[tuple[Status, Reason, Assurance]]
    rungs: Mapping[str, Counter[CheckStatus]]
    meter: Counter[str]
    """What was asked since the replica last told."""


class Replica:
    """Made in an actor's process; called with a chunk of rows at a time, several at once."""

    def __init__(self, job: ClusterJob) -> None:
        """Starts the engine. Raises ConfigError and EngineLost where that cannot be done."""
        self._job = job
        self._loop = loop_factory()()
        self._stack = contextlib.AsyncExitStack()
        self._tally, self._told = Tally(), Counter[str]()
        self._gate = Gate(_MOST)
        threading.Thread(target=self._loop.run_forever, name="rtlglot-walk", daemon=True).start()
        self._here(self._start()).result()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self._here(self._stack.aclose()).result(_CLOSE_S)

    def _here(self, work: Coroutine[Any, Any, T]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _start(self) -> None:
        job = self._job
        plan = assemble(job.spec, await named(choose_engine(job.spec)), Nobody())
        if plan.rows.recipe != job.recipe:
            raise ConfigError(
                "a node of the cluster makes another recipe of the same command",
                hint="install the same versions on all nodes, and give them the same model",
            )
        self._ledger = self._stack.enter_context(contextlib.closing(_own_ledger(job)))
        examine = ExamineAfar(job.spec, self._ledger, job.cpus) if plan.checks else None
        opened = open_session(plan, self._ledger, self._tally, Nobody(), examine)
        self._session = await self._stack.enter_async_context(opened)

    async def __call__(self, item: Mapping[str, bytes]) -> dict[str, bytes]:
        """A chunk's rows through their walk, and into a part file."""
        told = await asyncio.wrap_future(self._here(self._work(pickle.loads(item["chunk"]))))
        return {"told": pickle.dumps(told)}

    async def _work(self, rows: Sequence[Row]) -> ChunkOutcome:
        keys = [(row.id, content_key(row, self._job.reads)) for row in rows]
        name = f"part-{digest(*(row_key(self._job.recipe, *key) for key in keys)).hex()}"
        tries = await asyncio.to_thread(Tries, self._job.folder, name)
        try:
            outcomes = await self._settle(rows, tries)
        except EngineLost:
            if await asyncio.to_thread(tries.lost) < _LOST_BEFORE_ENDING:
                log.exception("the engine is lost; this replica begins anew")
                os._exit(1)  # after an exception the chunk would be tried again on the same dead engine
            raise
        await asyncio.to_thread(self._write, name, rows, outcomes, keys)
        await asyncio.to_thread(tries.forget)
        return self._tell(name, outcomes)

    async def _settle(self, rows: Sequence[Row], tries: Tries) -> list[Outcome]:
        """Their outcomes. After two deaths of the process under these rows each is alone with the engine; one
        that was so at a third death is poison."""
        settler, walked = self._session.settler, self._session.walked
        outcomes: dict[str, Outcome] = {}

        async def beside(row: Row) -> None:
            await self._gate.enter()
            try:
                outcomes[row.id] = await settler.settle(row, walked)
            finally:
                self._gate.leave()

        async def alone(row: Row) -> None:
            await self._gate.enter_alone()
            try:
                with tries.alone(row.id) as died:
                    outcomes[row.id] = await settler.settle(row, _poisoned if died else walked)
            finally:
                self._gate.leave_alone()

        settle = alone if tries.deaths >= _DEATHS_BEFORE_ALONE else beside
        stop = asyncio.Event()
        await run_loop(rows, settle, in_flight=len(rows), stop=stop, drain_s=self._job.spec.drain_s)
        return [outcomes[row.id] for row in rows]

    def _write(
        self, name: str, rows: Sequence[Row], outcomes: Sequence[Outcome], keys: Sequence[tuple[str, bytes]]
    ) -> None:
        """The part's ledger, then the part: it counts from then on."""
        job = self._job
        with tempfile.TemporaryDirectory(prefix="rtlglot-") as made:
            path = Path(made) / "part.ledger"
            cut(self._ledger.path, job.recipe, keys, path)
            pack(path, job.folder, name)
            part = Path(made) / part_file(name)
            with DatasetWriter(part, None, "parquet", Shape(schema=job.schema)) as table:
                for row, outcome, key in zip(rows, outcomes, keys, strict=True):
                    hashed = row_key(job.recipe, *key).hex()
                    table.write(row.id, _fields(job, row, outcome) | {PARTS_KEY: hashed})
            job.folder.put(part.name, [part.read_bytes()])

    def _tell(self, name: str, outcomes: Sequence[Outcome]) -> ChunkOutcome:
        self._session.settler.look()
        t = self._tally
        now = Counter({
            "requests": t.requests, "reused": t.reused, "prompt_tokens": t.prompt_tokens,
            "completion_tokens": t.completion_tokens, "cached_tokens": t.cached_tokens,
        })  # fmt: skip
        meter, self._told = now - self._told, now
        rungs, t.rungs = t.rungs, {}
        return ChunkOutcome(name, Counter((o.status, o.reason, o.assurance) for o in outcomes), rungs, meter)


async def _poisoned(row: Row) -> Outcome:
    said = f"the replica's process ended {_DEATHS_BEFORE_ALONE + 1} times with this row, at last alone"
    return Outcome(row.id, Status.FAILED, Reason.POISON, detail=said)


def _own_ledger(job: ClusterJob) -> Ledger:
    """A ledger on the node's disk that no other replica has; the one of a replica that died here is taken
    over, with the replies that it bought."""
    folder = Path(job.spec.ledger_dir or f"{tempfile.gettempdir()}/rtlglot-{getpass.getuser()}")
    folder.mkdir(parents=True, exist_ok=True)
    place = job.folder.place
    of = digest(place if is_url(place) else os.path.realpath(place)).hex()[:8]
    for number in count():
        path = folder / f"{of}-replica-{number}.ledger"
        with contextlib.suppress(LedgerError):  # in use, or damaged: it is a memory only
            return Ledger(path, take_lock(path))
    raise AssertionError


def _fields(job: ClusterJob, row: Row, outcome: Outcome) -> dict[str, Json]:
    """A row of a part: as in an output, whatever it ended as; every part has the same columns."""
    target = job.spec.target
    empty = dict.fromkeys(name for name in job.columns if name not in row.fields)
    if target in job.columns:
        empty[free(f"reference_{target}", row.fields)] = None
    own = accepted_fields(row, outcome, target, think=job.spec.keep_think)
    return {**empty, **own, free("detail", row.fields): outcome.detail}
