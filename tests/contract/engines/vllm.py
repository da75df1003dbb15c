"""The vllm engine under the contract: over a stand-in for vLLM everywhere, and over the real one.

A real vLLM takes half a minute to start on a CPU, so its engines are shared: an engine with the
model and options of one that runs already takes that one over, and closing an idle one leaves it running.
Closing one that is busy, killing it, or other options cost a real start.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rtlglot import models
from rtlglot.engines import Engine, EngineInfo
from rtlglot.engines.vllm.engine import VllmEngine
from rtlglot.errors import EngineDead
from rtlglot.records import Json, Message, Reply, Request
from tests.contract.stands import Stand, kill_children
from tests.embedded_hf import embedded_hf
from tests.vllm_stand_in import vllm_stand_in

T = TypeVar("T")


def why_not_real() -> str:
    """Why the real vLLM cannot be tried here; '' where it can."""
    for package in ("vllm", "transformers"):
        if importlib.util.find_spec(package) is None:
            return f"the package {package} is not installed: see .ci/install-vllm"
    if models.find(models.EMBEDDED) is None:
        return f"the embedded model is not here: rtlglot models pull {models.EMBEDDED}"
    return ""


def why_no_stand_in() -> str:
    """Where vLLM is installed it is tried itself."""
    return "" if importlib.util.find_spec("vllm") is None else "vLLM itself is installed here"


def folder(place: Path) -> str:
    """A model for the stand-in."""
    (place / "tokenizer.json").write_text(json.dumps({"chat_template": "{}"}))
    (place / "config.json").write_text(json.dumps({"model_type": "stand-in"}))
    return str(place)


def embedded() -> str:
    """The embedded model as vLLM reads it."""
    return str(embedded_hf())


def quick_options(_: Path) -> dict[str, Any]:
    """No compiling, and a small cache."""
    return {"enforce_eager": True, "kv_cache_memory_bytes": 1 << 30}


class Shared(Engine):
    """An Engine that runs in a thread of its own, beyond the event loop of one test."""

    _loop: asyncio.AbstractEventLoop | None = None
    _running: VllmEngine | None = None
    _running_options: dict[str, Any] | None = None
    _info: EngineInfo | None = None

    def __init__(self, model: str, options: Mapping[str, Any]) -> None:
        self._engine = VllmEngine(model, options)
        self._model, self._options = model, dict(options)
        self._in_flight = 0
        self._open = True

    def identity(self) -> Mapping[str, Json]:
        return self._engine.identity()

    async def start(self) -> EngineInfo:
        cls, self._open = type(self), True
        # How many may be in flight is no matter of the replica.
        wanted = {name: value for name, value in self._options.items() if name != "max_in_flight"}
        wanted["model"] = self._model
        if cls._running is not None and cls._running_options == wanted:
            self._engine = cls._running
        else:
            await self._really_close()
            cls._info = await self._there(self._engine.start())
            cls._running, cls._running_options = self._engine, wanted
        assert cls._info is not None
        return replace(cls._info, max_in_flight=self._options.get("max_in_flight", cls._info.max_in_flight))

    async def count_tokens(self, messages: Sequence[Message]) -> int | None:
        return await self._there(self._engine.count_tokens(messages))

    async def generate(self, request: Request) -> Reply:
        if not self._open:
            raise EngineDead("closed")
        self._in_flight += 1
        try:
            return await self._there(self._engine.generate(request))
        finally:
            self._in_flight -= 1

    async def aclose(self) -> None:
        self._open = False
        if self._in_flight:
            await self._really_close()

    def pids(self) -> list[int]:
        return self._engine.replica_pids()

    async def _really_close(self) -> None:
        cls = type(self)
        if cls._running is not None:
            await self._there(cls._running.aclose())
            cls._running = None

    @classmethod
    async def _there(cls, work: Coroutine[Any, Any, T]) -> T:
        """Does it in the other thread; cancelling here cancels there."""
        if cls._loop is None:
            cls._loop = asyncio.new_event_loop()
            threading.Thread(target=cls._loop.run_forever, daemon=True, name="shared-vllm").start()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, cls._loop))

    @classmethod
    def end(cls) -> None:
        """Close what still runs."""
        if cls._loop is None:
            return
        if cls._running is not None:
            asyncio.run_coroutine_threadsafe(cls._running.aclose(), cls._loop).result(60)
        cls._loop.call_soon_threadsafe(cls._loop.stop)


async def kill(engine: Engine) -> None:
    """SIGKILL to the engine core of every replica: what vLLM's own crash looks like."""
    assert isinstance(engine, Shared)
    for pid in engine.pids():
        os.kill(core_of(pid), signal.SIGKILL)


def core_of(replica: int) -> int:
    """The process of vLLM's engine core that a replica has started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
                name = (entry / "cmdline").read_bytes()
            except (OSError, ValueError):
                continue
            if group == replica and name.startswith(b"VLLM::EngineCore"):
                return int(entry.name)
    raise AssertionError("vLLM runs no engine core of its own")


STANDS = {
    "vllm-stand-in": Stand(
        folder,
        kill_children,
        missing=why_no_stand_in,
        heals=True,
        surroundings=vllm_stand_in,
    ),
    "vllm": Stand(
        lambda _: embedded(),
        kill,
        hello="Thank you!",
        missing=why_not_real,
        options=quick_options,
        make=Shared,
        heals=True,
        marks=(pytest.mark.vllm,),
        end=Shared.end,
    ),
}
