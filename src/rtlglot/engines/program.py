"""An engine's own child program, spoken to over pipes: one JSON object a line, answers by number.

Not multiprocessing: its spawn imports the user's script again, and a fork after a model is loaded
hangs. The child ends when its input closes, so it does not outlive us, whatever ends us.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import orjson

from rtlglot.errors import EngineDead, RowError
from rtlglot.records import Reason

_LINE_BYTES = 64 << 20
"""Longest answer; a reply of a million tokens is a tenth of this."""
_KEPT_LINES = 40
"""Of what the child writes on standard error, shown only when it dies."""
CLOSE_S = 1.0
"""How long the child may take to end by itself."""
GROUP_STEPS, GROUP_STEP_S = 30, 0.1
"""How often, at what interval it is looked whether what the child started has ended too."""


class Program:
    """A running child and the questions it has not answered yet."""

    def __init__(self, module: str, process: Process, *, group: bool = False) -> None:
        self._module = module
        self._process = process
        self._group = group
        self._numbers = itertools.count()
        self._open: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last_words: deque[str] = deque(maxlen=_KEPT_LINES)
        self._cause = ""
        self.ended: str | None = None
        """How it ended; None while it lives."""
        self._chatter = asyncio.create_task(self._read_chatter())
        self._tasks = [asyncio.create_task(self._read_answers()), self._chatter]
        if group:
            self._tasks.append(asyncio.create_task(self._end_group()))

    @classmethod
    async def start(
        cls, module: str, *, env: Mapping[str, str] | None = None, group: bool = False
    ) -> Program:
        """Starts `python -m module` in the same environment, with `env` over it.

        `group` is for a child that starts programs itself: it leads a process group of its own,
        all of which ends with it.
        """
        package_root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (package_root, os.environ.get("PYTHONPATH"))))
        with _SignalsBlocked():
            process = await asyncio.create_subprocess_exec(
                # -P: no module of the folder we happen to be in stands in for a real one
                *(sys.executable, "-P", "-m", module),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=_LINE_BYTES,
                env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **(env or {})},
                start_new_session=group,
            )
        return cls(module, process, group=group)

    @property
    def pid(self) -> int:
        """The child's."""
        return self._process.pid

    @property
    def last_words(self) -> tuple[str, ...]:
        """The latest lines on its standard error."""
        return tuple(self._last_words)

    async def ask(self, message: Mapping[str, Any], *, cancel_with: str | None = None) -> dict[str, Any]:
        """The child's answer. Raises EngineDead where it dies first, RowError for text that is none.

        Where the waiting task is cancelled, the child gets `{"op": cancel_with, "n": …}`.
        """
        if self.ended is not None:
            raise EngineDead(self.ended)
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._tell({**message, "n": number})
        self._open[number] = answer
        try:
            return await answer
        except asyncio.CancelledError:
            if cancel_with is not None and self.ended is None and not self._cause:
                self._tell({"op": cancel_with, "n": number})
            raise
        finally:
            self._open.pop(number, None)

    async def aclose(self, *, patience_s: float = CLOSE_S) -> None:
        """Ends the child; what is open gets EngineDead."""
        self._cause = self._cause or "it was closed"
        if self._process.stdin is not None:
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), patience_s)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await asyncio.gather(*self._tasks)

    async def _end_group(self) -> None:
        # What the child started may outlive it and hold its pipes open, and a GPU's memory.
        # Process.wait() would wait for those pipes too.
        while self._process.returncode is None:  # noqa: ASYNC110
            await asyncio.sleep(GROUP_STEP_S)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGTERM)  # politely first: shared memory wants to be freed
            for _ in range(GROUP_STEPS):
                await asyncio.sleep(GROUP_STEP_S)
                os.killpg(self._process.pid, 0)
            os.killpg(self._process.pid, signal.SIGKILL)

    def _tell(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            line = orjson.dumps(message)
        except TypeError as error:  # lone surrogates
            raise RowError(Reason.BAD_REQUEST, f"the prompt is no valid Unicode text: {error}") from error
        self._process.stdin.write(line + b"\n")

    async def _read_answers(self) -> None:
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                self._hear(orjson.loads(line))
        except ValueError as error:  # a line cut off by its death, or longer than any answer
            self._cause = self._cause or f"it sent no valid answer ({error})"
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
        await asyncio.wait([self._chatter], timeout=CLOSE_S)
        self._bury()

    def _hear(self, message: dict[str, Any]) -> None:
        if message["n"] is None:
            self._cause = message["message"]
            return
        answer = self._open.get(message["n"])
        if answer is not None and not answer.done():
            answer.set_result(message)

    async def _read_chatter(self) -> None:
        assert self._process.stderr is not None
        while chunk := await self._process.stderr.read(1 << 16):  # a progress bar may have no line ends
            for line in chunk.decode(errors="replace").splitlines():
                self._last_words.append(line.rstrip())

    def _bury(self) -> None:
        code = self._process.returncode
        how = self._cause or (
            f"it was killed by signal {-code}" if code and code < 0 else f"exit code {code}"
        )
        words = "\n".join(self._last_words) if not self._cause else ""
        self.ended = f"the program {self._module} ended: {how}" + (
            f"; its last words:\n{words}" if words else ""
        )
        for answer in self._open.values():
            if not answer.done():
                answer.set_exception(EngineDead(self.ended))


class _SignalsBlocked:
    """A child inherits our blocked signals, so none can end it before it has learnt to ignore them.

    Children are started side by side, on one event loop: whoever is last lets the signals through again.
    """

    _starting: ClassVar[int] = 0
    _before: ClassVar[set[int]] = set()

    def __enter__(self) -> None:
        cls = type(self)
        if hasattr(signal, "pthread_sigmask"):
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
            cls._before = before if cls._starting == 0 else cls._before
        cls._starting += 1

    def __exit__(self, *_: object) -> None:
        cls = type(self)
        cls._starting -= 1
        if cls._starting == 0 and hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_SETMASK, cls._before)
