"""The Box: a few zygotes, lent to one job at a time; small jobs gathered into shared forks."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import logging
import os
import shutil
import tempfile
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol, Self

from rtlglot.records import Json
from rtlglot.sandbox.frames import LARGEST
from rtlglot.sandbox.job import BoxResult, Ended, Permit
from rtlglot.sandbox.process import ZygoteDied, ZygoteProcess
from rtlglot.sandbox.tame import tame

log = logging.getLogger(__name__)

NOTHING = Permit()
"""The permit of a tool that only computes."""
IN_BATCH_S = 2.0
"""CPU seconds: a text that takes more holds up its neighbours; it gets all of its own when run singly."""
REMEMBERED = 512
"""Latest answers to `shared` that are kept: the rungs of a ladder ask alike."""
_LINGER_S = 0.003

Tell = Callable[[str], None]


class Box(Protocol):
    """Runs tools on untrusted text. A tool is a function 'package.module:function' from a JSON
    value to a JSON value; it should only return what the same arguments give again.

    `cpu_s` is what a run may use: CPU seconds of the tool with all that it starts, however long the
    machine takes to give them. Only what stands still is ended by the clock.
    """

    async def run(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """Run in a fresh, hardened child of its own. Cancelling ends the child.

        Never raises for what the tool or the text does; ConfigError where nothing can be started.
        """

    async def shared(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """As `run`, but the child may be shared with other texts waiting at the same time, and the
        answer to the same arguments comes from memory.

        For cheap tools: see `run_many` for what stands between neighbours. A text that is not tame
        (long, with a long statement, with control characters) is always run in a child of its own.
        """

    async def run_many(
        self, tool: str, many: Sequence[Mapping[str, Json]], *, cpu_s: float, permit: Permit = NOTHING
    ) -> list[BoxResult]:
        """Run many in shared children, one after the other; each has `cpu_s` for itself.

        Each result leaves the child before the next text is touched, so a text can at most change
        those that come after it. All are run in one child and then, in the opposite order, in
        another. Unless everything was in order (every text answered in time, twice the same,
        nothing printed, no sudden hunger for memory, exit code 0), no result of the batch counts
        and every text is run again in a child of its own. So no single text can change another's
        result. Two that take over their children without a trace, and agree about the texts
        between them, could: where that would pay (rewards), open the box with `share=False`.
        """

    async def aclose(self) -> None:
        """End all children and zygotes."""


@dataclass(slots=True)
class _Gathering:
    """Texts that wait to share a fork."""

    jobs: list[tuple[Mapping[str, Json], asyncio.Future[BoxResult]]] = field(default_factory=list)


class ForkBox:
    """The Box on this host. Belongs to the event loop that first uses it."""

    def __init__(
        self, *, workers: int | None = None, share: bool = True, batch: int = 64, tell: Tell = log.warning
    ) -> None:
        """`workers` zygotes at work at most (None: as many as cores), started when first needed; `tell`
        hears then which layers of protection this host lacks. Those for what is shared are others than
        those for the rest: what cheap tools load is not copied for each text that has a child of its own.

        `share=False` gives every text its own child. A batch holds up to `batch` texts that came
        within `_LINGER_S` of each other, or while all zygotes were at work.
        """
        self.workers = workers or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else [0])
        self._share, self._batch = share, batch
        self._idle: dict[bool, list[ZygoteProcess]] = {True: [], False: []}
        """Those for what is shared, and the others."""
        self._room = asyncio.Semaphore(self.workers)
        self._folder: str | None = None
        self._numbers = itertools.count()
        self._gatherings: dict[tuple[str, float, Permit], _Gathering] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._memory: OrderedDict[tuple[str, float, Permit, bytes], BoxResult] = OrderedDict()
        self._tell, self._told = tell, False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def run(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """See Box.run."""
        return await self._alone(tool, arguments, cpu_s, permit)

    async def run_many(
        self, tool: str, many: Sequence[Mapping[str, Json]], *, cpu_s: float, permit: Permit = NOTHING
    ) -> list[BoxResult]:
        """See Box.run_many."""
        if self._share and len(many) > 1:
            results, clean = await self._submit(tool, many, min(cpu_s, IN_BATCH_S), permit, cheap=True)
            if clean:
                return results
        singly = (self._alone(tool, one, cpu_s, permit, cheap=True) for one in many)
        return list(await asyncio.gather(*singly))

    async def shared(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        """See Box.shared."""
        blob = json.dumps(arguments)
        known = (tool, cpu_s, permit, hashlib.blake2b(blob.encode(), digest_size=16).digest())
        if known in self._memory:
            self._memory.move_to_end(known)
            return self._memory[known]
        if self._share and tame(blob):
            result = await self._join(tool, arguments, cpu_s, permit)
        else:
            result = await self._alone(tool, arguments, cpu_s, permit, cheap=True)
        if result.ended is Ended.OK:
            self._memory[known] = result
            if len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)
        return result

    async def _join(
        self, tool: str, arguments: Mapping[str, Json], cpu_s: float, permit: Permit
    ) -> BoxResult:
        key = (tool, cpu_s, permit)
        gathering = self._gatherings.get(key)
        if gathering is None:
            gathering = self._gatherings[key] = _Gathering()
            task = asyncio.create_task(self._gather(key, gathering))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        future: asyncio.Future[BoxResult] = asyncio.get_running_loop().create_future()
        gathering.jobs.append((arguments, future))
        if len(gathering.jobs) >= self._batch:
            del self._gatherings[key]
        return await future

    async def ready(self) -> None:
        """Start a worker now. Raises ConfigError where none can be started."""
        self._idle[True].append(await self._lend(cheap=True))
        self._room.release()

    async def aclose(self) -> None:
        """See Box.aclose."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        idle = [*self._idle[True], *self._idle[False]]
        self._idle = {True: [], False: []}
        await asyncio.gather(*(zygote.close() for zygote in idle))
        if self._folder is not None:
            self._clear()
            self._folder = None

    async def _gather(self, key: tuple[str, float, Permit], gathering: _Gathering) -> None:
        tool, cpu_s, permit = key
        await asyncio.sleep(_LINGER_S)
        # while every zygote is at work there is no hurry: more texts may join
        async with self._room:
            pass
        if self._gatherings.get(key) is gathering:
            del self._gatherings[key]
        waiting = [(arguments, future) for arguments, future in gathering.jobs if not future.done()]
        try:
            many = [arguments for arguments, _ in waiting]
            results = await self.run_many(tool, many, cpu_s=cpu_s, permit=permit)
        except BaseException as error:
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error) if isinstance(error, Exception) else future.cancel()
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), result in zip(waiting, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _alone(
        self, tool: str, arguments: Mapping[str, Json], cpu_s: float, permit: Permit, *, cheap: bool = False
    ) -> BoxResult:
        results, _ = await self._submit(tool, [arguments], cpu_s, permit, cheap=cheap)
        return results[0]

    async def _submit(
        self, tool: str, many: Sequence[Mapping[str, Json]], cpu_s: float, permit: Permit, *, cheap: bool
    ) -> tuple[list[BoxResult], bool]:
        blobs = [json.dumps(one).encode() for one in many]
        if sum(map(len, blobs)) > LARGEST // 2:
            size = sum(map(len, blobs)) >> 20
            too_large = BoxResult(None, Ended.ERROR, f"{size} MB of arguments are more than the box takes")
            return [too_large] * len(blobs), len(blobs) == 1
        number = next(self._numbers)
        head = {"id": number, "tool": tool, "cpu_s": cpu_s, "permit": asdict(permit)}
        lent: list[ZygoteProcess] = []
        task = asyncio.create_task(self._serve(head, blobs, lent, cheap=cheap))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # the zygote is lent until it has ended its child
            if lent:
                lent[-1].cancel(number)
            else:
                task.cancel()
            await asyncio.wait([task])
            raise

    async def _serve(
        self, head: Mapping[str, Json], blobs: list[bytes], lent: list[ZygoteProcess], *, cheap: bool
    ) -> tuple[list[BoxResult], bool]:
        for _ in range(2):
            zygote = await self._lend(cheap=cheap)
            lent.append(zygote)
            try:
                answer, values = await zygote.ask(head, blobs)
            except ZygoteDied as error:
                reason = str(error)
                await zygote.kill()
                self._room.release()
                continue
            except BaseException:
                await zygote.kill()
                self._room.release()
                raise
            self._idle[cheap].append(zygote)
            self._room.release()
            return [_result(one, answer, values) for one in answer["results"]], answer["clean"]
        detail = f"the worker program died twice over this: {reason}"
        return [BoxResult(None, Ended.CRASH, detail)] * len(blobs), len(blobs) == 1

    async def _lend(self, *, cheap: bool) -> ZygoteProcess:
        await self._room.acquire()
        if self._idle[cheap]:
            return self._idle[cheap].pop()
        try:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="rtlglot-box-")
                # also where a program ends without having closed its box
                self._clear = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            zygote = await ZygoteProcess.start(self._folder)
        except BaseException:
            self._room.release()
            raise
        for layer, why in {} if self._told else zygote.missing.items():
            self._tell(f"the sandbox goes on without its layer {layer!r}: {why}")
        self._told = True
        return zygote


def _result(one: Mapping[str, Json], answer: Mapping[str, Json], values: list[bytes]) -> BoxResult:
    ended, detail, value = Ended(one["ended"]), one["detail"], None
    if ended is Ended.OK:
        try:
            value = json.loads(values[one["blob"]])
        except (ValueError, RecursionError) as error:
            ended, detail = Ended.ERROR, f"the tool's result cannot be read: {error}"
    return BoxResult(value, ended, detail, one["seconds"], answer["log"], answer["cpu_s"], answer["peak_mb"])


def open_box(*, workers: int | None = None, share: bool = True, tell: Tell = log.warning) -> ForkBox:
    """A box on this host; use it as ``async with open_box() as box``."""
    return ForkBox(workers=workers, share=share, tell=tell)
