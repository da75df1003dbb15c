"""The reward object: made once, given to a trainer, sent to its processes."""

from __future__ import annotations

import asyncio
import atexit
import functools
import inspect
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from rtlglot.checks.ladder import ladder
from rtlglot.records import Json
from rtlglot.reward.dialects import row_of, rows_of_columns, text_of_completion, verl_score
from rtlglot.reward.grader import LADDER, Grade, Grader
from rtlglot.reward.remote import Remote
from rtlglot.reward.table import RewardTable

T = TypeVar("T")


class _Thread:
    """An event loop in a thread of its own, with a grader in it."""

    def __init__(self, make: Callable[[], Grader | Remote]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rtlglot-reward", daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.grader: Grader | Remote = self.run(self._open(make))
        atexit.register(self.close)

    async def _open(self, make: Callable[[], Grader | Remote]) -> Grader | Remote:
        return await self._stack.enter_async_context(make())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def arun(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    def close(self) -> None:
        atexit.unregister(self.close)
        if self._loop.is_running():
            self.run(self._stack.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


class Reward:
    """A reward of TRL's form: called with `prompts`, `completions` and the dataset's columns it gives a
    list of numbers. It is picklable: tools start in the process that calls it first. `grade`,
    `compute_score` (verl) and `verifiers` are the same in other words.
    """

    __name__ = "rtlglot"

    def __init__(
        self,
        table: RewardTable | Mapping[str, Any] | None = None,
        *,
        server: str = "",
        token: str = "",
        missing: float = 0.0,
        **grader: Any,
    ) -> None:
        """`server` is the URL of a `rtlglot serve`, whose table and checks count then; without it `grader`
        are Grader's other arguments (`check`, `options`, `ledger`, `workers`). `missing` stands for no
        reward with trainers that must have a number (verl, verifiers).
        """
        self._table = table if isinstance(table, RewardTable) else RewardTable(**(table or {}))
        inspect.signature(Grader).bind(self._table, **grader)  # a TypeError now, not in a trainer's worker
        self._grader = grader
        self._server, self._token, self._missing = server, token, missing
        self._start()

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._thread: _Thread | None = None

    def __getstate__(self) -> dict[str, Any]:
        running = ("_lock", "_thread")
        return {name: value for name, value in self.__dict__.items() if name not in running}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._start()

    @functools.cached_property
    def _rungs(self) -> list[str]:
        """Names of the rungs that a reply can come to."""
        return [check.name for check in ladder(self._grader.get("check", LADDER), "verilog")]

    def _make(self) -> Grader | Remote:
        if self._server:
            return Remote(self._server, self._token)
        return Grader(self._table, **self._grader)

    def _running(self) -> _Thread:
        with self._lock:
            if self._thread is None:
                self._thread = _Thread(self._make)
            return self._thread

    def grade(self, replies: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[Grade]:
        """The grades of replies to rows, in their order."""
        running = self._running()

        async def all_() -> list[Grade]:
            pairs = zip(replies, rows, strict=True)
            return list(await asyncio.gather(*(running.grader(reply, row) for reply, row in pairs)))

        return running.run(all_())

    def __call__(
        self,
        prompts: Sequence[Any] | None = None,
        completions: Sequence[Any] = (),
        *,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """TRL: a number for each completion, None for no reward; the mean of each rung is logged."""
        texts = [text_of_completion(completion) for completion in completions]
        grades = self.grade(texts, rows_of_columns(columns, len(texts)))
        if log_extra is not None:
            log_extra("rtlglot", [grade.entry for grade in grades])
        if log_metric is not None:
            for name in sorted({name for grade in grades for name in grade.metrics}):
                values = [grade.metrics[name] for grade in grades if name in grade.metrics]
                log_metric(f"rtlglot/{name}", sum(values) / len(values))
        return [grade.reward for grade in grades]

    async def compute_score(
        self, data_source: str, solution_str: str, ground_truth: Any, extra_info: Any = None, **_: Any
    ) -> dict[str, Json]:
        """verl: `ground_truth` is the reference, or an object (or its JSON) with reference, testbench …"""
        grade = await self._agrade(solution_str, row_of(extra_info, ground_truth))
        return verl_score(grade, self._missing, self._rungs)

    async def verifiers(self, completion: Any, answer: Any = "", info: Any = None, **_: Any) -> float:
        """A reward function of verifiers' rubrics; `answer` and `info` are read as verl's are."""
        grade = await self._agrade(text_of_completion(completion), row_of(info, answer))
        return self._missing if grade.reward is None else grade.reward

    async def _agrade(self, reply: str, row: Mapping[str, Any]) -> Grade:
        running = await asyncio.to_thread(self._running)

        async def one() -> Grade:
            return await running.grader(reply, row)

        return await running.arun(one())

    def close(self) -> None:
        """End the tools; a later call starts them again."""
        with self._lock:
            running, self._thread = self._thread, None
        if running is not None:
            running.close()
