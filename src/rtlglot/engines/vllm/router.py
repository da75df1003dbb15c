"""Replicas behind a least-in-flight router: one dies, the others go on, it comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtlglot.engines.program import Program
from rtlglot.errors import ConfigError, EngineDead, RowError, TransientError
from rtlglot.records import Reason

log = logging.getLogger("rtlglot.engines")

MODULE = "rtlglot.engines.vllm.replica"
CLOSE_S = 15.0
"""How long vLLM may take to end by itself."""
_REVIVALS = 3
"""Attempts in a row to bring a replica back before it counts as lost."""
_REVIVAL_PAUSE_S = 5.0

_Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Launch:
    """How a replica is started."""

    name: str
    env: Mapping[str, str]
    load: Mapping[str, Any]
    """The `load` message."""
    warm: bool
    """Whether its first prompt is read in alone, so that the others find the shared prefix cached."""
    module: str = MODULE
    pause_s: float = _REVIVAL_PAUSE_S
    """After the first failed revival; longer after each."""


class _Replica:
    """One vLLM in its own program; started again after a death."""

    def __init__(self, launch: Launch, changed: Callable[[], None]) -> None:
        """`changed` is called whenever it comes up or is lost."""
        self.launch = launch
        self.in_flight = 0
        self.holds: _Answer = {}
        """What it can hold: context_tokens, kv_tokens, max_num_seqs."""
        self.lost = ""
        """Why it does not come back; '' while there is hope."""
        self._changed = changed
        self._program: Program | None = None
        self._warming: asyncio.Task[None] | None = None
        self._revival: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        return self._program is not None and self._program.ended is None

    @property
    def pid(self) -> int | None:
        """Of its program."""
        return self._program.pid if self._program else None

    async def start(self) -> None:
        """Start and load. Raises ConfigError where vLLM refuses or cannot load, EngineDead."""
        program = await Program.start(self.launch.module, env=self.launch.env, group=True)
        try:
            answer = await program.ask({"op": "load", **self.launch.load})
            if "error" in answer:
                raise ConfigError(_with_cause(answer["message"], program), hint=answer["hint"])
        except BaseException:
            await program.aclose(patience_s=CLOSE_S)
            raise
        self.holds = answer
        self._warming = None
        self._program = program
        self._changed()

    async def generate(self, ids: Sequence[int], sampling: Mapping[str, Any]) -> _Answer:
        """Raises RowError, and EngineDead(heals=True) where it dies; it is started again by itself."""
        self.in_flight += 1
        program = self._program
        try:
            if program is None:
                raise EngineDead(f"{self.launch.name} is not running")
            await self._warmed(program, ids, sampling)
            return await _generate(program, ids, sampling)
        except EngineDead as error:
            self.revive(program)
            raise EngineDead(f"{self.launch.name} died: {error}", heals=True) from error
        finally:
            self.in_flight -= 1

    def revive(self, dead: Program | None) -> None:
        """Start it again in the background, once for all who notice that `dead` is dead."""
        if self._program is dead and self._revival is None:
            self._program = None
            self._revival = asyncio.create_task(self._come_back(dead))

    def look(self) -> None:
        """Notice a death while nothing was in flight."""
        if self._program is not None and self._program.ended is not None:
            self.revive(self._program)

    async def aclose(self) -> None:
        """End its program, and any attempt to start it."""
        if self._revival is not None:
            self._revival.cancel()
            await asyncio.gather(self._revival, return_exceptions=True)
        program, self._program, self._revival = self._program, None, None
        if program is not None:
            await program.aclose(patience_s=CLOSE_S)

    async def _warmed(self, program: Program, ids: Sequence[int], sampling: Mapping[str, Any]) -> None:
        if not self.launch.warm:
            return
        if self._warming is None:
            first = _generate(program, ids, {**sampling, "max_tokens": 1})
            self._warming = asyncio.create_task(_whatever_comes(first))
        await asyncio.shield(self._warming)

    async def _come_back(self, dead: Program | None) -> None:
        why = "its program ended" if dead is None else dead.ended or "its engine core died"
        log.warning("%s died and is started again: %s", self.launch.name, why)
        if dead is not None:
            await dead.aclose(patience_s=CLOSE_S)
        for attempt in range(1, _REVIVALS + 1):
            try:
                await self.start()
                break
            except (ConfigError, EngineDead, OSError) as error:
                why = str(error)
                log.warning("%s, start %d of %d: %s", self.launch.name, attempt, _REVIVALS, error)
                await asyncio.sleep(self.launch.pause_s * attempt)
        else:
            self.lost = why
        self._revival = None
        self._changed()


class Router:
    """Sends each request to the replica with the least in flight."""

    def __init__(self, launches: Sequence[Launch]) -> None:
        self._moved = asyncio.Event()
        self.replicas = [_Replica(launch, self._changed) for launch in launches]

    async def start(self) -> None:
        """Start all; the first failure ends all."""
        tasks = [asyncio.create_task(replica.start()) for replica in self.replicas]
        try:
            await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.aclose()
            raise

    async def generate(self, ids: Sequence[int], sampling: Mapping[str, Any]) -> _Answer:
        """One answer. Raises RowError, EngineDead (heals unless every replica is lost)."""
        return await (await self._free()).generate(ids, sampling)

    async def aclose(self) -> None:
        """End all."""
        await asyncio.gather(*(replica.aclose() for replica in self.replicas))

    async def _free(self) -> _Replica:
        while True:
            for replica in self.replicas:
                replica.look()
            up = [replica for replica in self.replicas if replica.up]
            if up:
                return min(up, key=lambda replica: replica.in_flight)
            if all(replica.lost for replica in self.replicas):
                raise EngineDead(f"no replica is left: {self.replicas[0].lost}")
            self._moved.clear()
            await self._moved.wait()

    def _changed(self) -> None:
        self._moved.set()


async def _generate(program: Program, ids: Sequence[int], sampling: Mapping[str, Any]) -> _Answer:
    message = {"op": "generate", "ids": ids, "sampling": sampling}
    answer = await program.ask(message, cancel_with="cancel")
    match answer.get("error"):
        case None:
            return answer
        case "row":
            raise RowError(Reason.BAD_REQUEST, f"vLLM refuses this request: {answer['message']}")
        case "again":
            raise TransientError(f"vLLM failed: {answer['message']}")
        case _:
            raise EngineDead(_with_cause(answer["message"], program))


async def _whatever_comes(first: Any) -> None:
    try:
        await first
    except (RowError, TransientError, EngineDead):
        return  # the request itself will meet the same and say so


def _with_cause(message: str, program: Program) -> str:
    """vLLM's own message mostly points at its log: add the line there that names an exception."""
    named = [line for line in program.last_words if _names_an_exception(line)]
    return f"{message} ({named[0].strip()})" if named and named[0] not in message else message


def _names_an_exception(line: str) -> bool:
    word = line.rpartition("] ")[2].partition(":")[0].rpartition(".")[2]
    return word.isidentifier() and word.endswith(("Error", "Exception")) and word != "EngineDeadError"
