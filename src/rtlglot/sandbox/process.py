"""The parent's end of one zygote: its process, its pipes, one question at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping

from rtlglot.errors import ConfigError
from rtlglot.records import Json
from rtlglot.sandbox import frames
from rtlglot.sandbox.stillness import Stillness

_INSIDE = "RTLGLOT_ZYGOTE"
"""Set in a zygote's environment and in nothing else's."""
_LOOK_S = 5.0
_STILL_S = 60.0
"""A zygote of which nothing moves for so long, nor of what it started, is no longer at work."""


class ZygoteDied(Exception):
    """The zygote ended or fell silent during a job."""


class ZygoteProcess:
    """A running zygote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self.pid = process, process.pid
        self._said: deque[bytes] = deque(maxlen=50)
        self._listener = asyncio.create_task(self._listen())
        self._group: int | None = None
        self.missing: Mapping[str, str] = {}
        """Layers that do not hold on this host, each with why."""

    @classmethod
    async def start(cls, folder: str) -> ZygoteProcess:
        """Start one and wait until it is ready. Raises ConfigError where none can be started."""
        if _INSIDE in os.environ:
            # a tool's module that opens a box when imported would start zygotes without end
            raise ConfigError("a tool's module must not open a box: guard it by `if __name__ == '__main__'`")
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "rtlglot.sandbox", folder),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
                env=_environment(),
            )
        except OSError as error:
            raise ConfigError(f"the sandbox cannot start its worker program: {error}") from error
        self = cls(process)
        try:
            hello, _ = await self._hear()
        except BaseException as error:
            await self.kill()
            if not isinstance(error, ZygoteDied):
                raise
            said = b"".join(self._said).decode("utf-8", "replace")[-2000:]
            raise ConfigError(f"the sandbox cannot start its worker program: {said or error}") from error
        self.missing = hello["missing"]
        return self

    async def ask(self, head: Mapping[str, Json], blobs: list[bytes]) -> tuple[Json, list[bytes]]:
        """One job's answer. Raises ZygoteDied; the zygote is then of no more use."""
        try:
            self._writer.write(frames.pack(head, *blobs))
            await self._writer.drain()
            while True:
                answer, values = await self._hear()
                if "group" in answer:
                    self._group = answer["group"]
                elif answer.get("id") == head["id"]:
                    self._group = None
                    return answer, values
        except (OSError, frames.Damaged) as error:
            raise ZygoteDied(str(error)) from error

    def cancel(self, job: int) -> None:
        """Have the running job given up; its answer still comes."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(frames.pack({"cancel": job}))

    async def close(self) -> None:
        """Let it end by itself, which ends its child first."""
        self._writer.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 10)
        await self.kill()

    async def kill(self) -> None:
        """End it now, with all it started."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._group is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)
        await self._process.wait()
        await self._listener
        self._writer.close()

    @property
    def _writer(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    async def _hear(self) -> tuple[Json, list[bytes]]:
        """The next frame. Raises ZygoteDied where none comes and nothing moves."""
        hearing = asyncio.create_task(self._receive())
        still: Stillness | None = None
        try:
            while not (await asyncio.wait({hearing}, timeout=_LOOK_S))[0]:
                if still is None:
                    still = Stillness(self.pid)
                elif still.look(_LOOK_S) > _STILL_S:
                    raise ZygoteDied(f"it stood still for {_STILL_S:g} s")
            return hearing.result()
        finally:
            hearing.cancel()

    async def _receive(self) -> tuple[Json, list[bytes]]:
        assert self._process.stdout is not None
        try:
            size = frames.HEADER.unpack(await self._process.stdout.readexactly(frames.HEADER.size))[0]
            if size > frames.LARGEST:
                raise ZygoteDied(f"a frame of {size} bytes")
            return frames.unpack(await self._process.stdout.readexactly(size))
        except asyncio.IncompleteReadError as error:
            raise ZygoteDied("it closed its pipe") from error

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while data := await self._process.stderr.read(4096):
            self._said.append(data)


def _environment() -> dict[str, str]:
    """Only what an interpreter needs: no key or token of the user comes near a boxed tool."""
    kept = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "VERILATOR_ROOT", "IVERILOG_BASE")
    own = {name: os.environ[name] for name in kept if name in os.environ}
    paths = os.pathsep.join(path for path in sys.path if path)
    return own | {"PYTHONPATH": paths, "LANG": "C.UTF-8", "YOSYS_MAX_THREADS": "1", _INSIDE: "1"}
