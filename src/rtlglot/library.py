"""The library's front door: the job of `rtlglot transform` as two functions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rtlglot.engines import ENGINES, Engine
from rtlglot.engines.pick import pick
from rtlglot.errors import RowError
from rtlglot.records import Reply, Request
from rtlglot.run.run import arun, run
from rtlglot.run.spec import Spec, make_spec
from rtlglot.run.watch import Summary, Watch


def transform(
    input: str | Path,
    output: str | Path = "",
    *,
    source: str,
    target: str,
    watch: Watch | None = None,
    **settings: Any,
) -> Summary:
    """Translate the field `source` of every row into `target`; how it ended, every row counted.

    `settings` are the fields of `rtlglot.Spec`, by name (`model=`, `max_tokens=`, `check=` …); the
    engine's own options go into `set={"engine": {...}}`. The same call after a crash resumes. Works
    inside a running event loop (a notebook) too.

    Raises UsageError (exit code 2 of the command line) before anything is asked, and EngineLost when
    an engine is gone for good; both are RtlglotError with a `hint`.
    """
    return run(_spec(input, output, source, target, settings), watch)


async def atransform(
    input: str | Path,
    output: str | Path = "",
    *,
    source: str,
    target: str,
    watch: Watch | None = None,
    **settings: Any,
) -> Summary:
    """`transform` to be awaited."""
    return await arun(_spec(input, output, source, target, settings), watch)


def _spec(input_: str | Path, output: str | Path, source: str, target: str, settings: dict[str, Any]) -> Spec:
    if "max_tokens" in settings:
        settings["max_tokens"] = str(settings["max_tokens"])
    return make_spec(
        {"input": str(input_), "output": str(output), "source": source, "target": target, **settings}
    )


class Model:
    """An engine without `await`: for scripts that ask for a few replies themselves.

    A context manager; the model is loaded at the first asking and stays until `close`.
    """

    def __init__(self, model: str = "", engine: str | Engine = "", **options: Any) -> None:
        """`model` and `engine` as on the command line, or an Engine; `options` are the engine's own."""
        if isinstance(engine, str):
            name, model = pick(engine, model)
            self._engine: Engine = ENGINES.load(name)(model, options)
        else:
            self._engine = engine
        self._runner = asyncio.Runner()
        self._started = False

    def ask(self, requests: Sequence[Request]) -> list[Reply | RowError]:
        """The replies, in order; where a request has none, its RowError in its place."""
        return self._runner.run(self._ask(requests))

    async def _ask(self, requests: Sequence[Request]) -> list[Reply | RowError]:
        if not self._started:
            await self._engine.start()
            self._started = True
        return await asyncio.gather(*(self._answer(request) for request in requests))

    async def _answer(self, request: Request) -> Reply | RowError:
        try:
            return await self._engine.generate(request)
        except RowError as error:
            return error

    def close(self) -> None:
        """Free the engine."""
        self._runner.run(self._engine.aclose())
        self._runner.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
