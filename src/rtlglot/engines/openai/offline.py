"""Two engines without an endpoint: one writes requests to a batch file, one answers from its results.

A run over the first renders what is pending; a run over the second settles what the file answers. A
request that has no answer yet is Unanswered: its row stays pending for the next batch, repairs too.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtlglot.engines import ENGINES, Engine, EngineInfo
from rtlglot.engines.openai.batchfile import RequestWriter, custom_id, read_results
from rtlglot.errors import EngineDead, InputError, RowError, TransientError, Unanswered, UsageError
from rtlglot.options import fill
from rtlglot.records import Json, Reply, Request

_IN_FLIGHT = 64


@dataclass(frozen=True, slots=True)
class _BatchOptions:
    """Options of both; all others are those of the engine that they stand for."""

    file: str
    stands_for: str = "openai"


class _Batch(Engine):
    """What both are: a stand-in with the identity of the engine whose replies they are about."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        own = {name: value for name, value in (options or {}).items() if name in ("file", "stands_for")}
        if not own.get("file"):
            raise UsageError("which batch file?", hint="--emit-batch FILE or --ingest-batch FILE")
        batch = fill(_BatchOptions, own, part="engine.batch")
        self._model, self._path, self.stands_for = model, Path(batch.file), batch.stands_for
        self._options = {name: value for name, value in (options or {}).items() if name not in own}
        self._in_flight = int(self._options.get("max_in_flight", _IN_FLIGHT))
        self._identity: Mapping[str, Json] = ENGINES.load(self.stands_for)(model, self._options).identity()

    def identity(self) -> Mapping[str, Json]:
        """That of the engine that answers."""
        return self._identity


class BatchOut(_Batch):
    """Writes each request to a batch file and answers none."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(model, options)
        self._writer = RequestWriter(self._path, model, self._options)
        self._open = False

    async def start(self) -> EngineInfo:
        """Open the file, under a temporary name."""
        self._writer.__enter__()
        self._open = True
        return EngineInfo(self._model, None, self._in_flight, f"writing requests to {self._path}")

    async def generate(self, request: Request) -> Reply:
        """Write it; always Unanswered."""
        if not self._open:
            raise EngineDead(f"{self._path} is closed")
        self._writer.add(custom_id(request.key, request.sample, request.attempt), request)
        raise Unanswered(f"written to {self._path}")

    def finish(self) -> str:
        """Everything is written: put the file in place."""
        self._open = False
        self._writer.__exit__(None, None, None)
        return "emitted"

    async def aclose(self) -> None:
        """Remove a file that was not finished: half of the requests would look like all of them."""
        if self._open:
            self._open = False
            unfinished = Unanswered("stopped before all requests were written")
            self._writer.__exit__(Unanswered, unfinished, None)


class BatchIn(_Batch):
    """Answers from a file of results, kept in a temporary database that spills to disk."""

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(model, options)
        if not self._path.is_file():
            raise InputError("there is no such file of results", file=str(self._path))
        self._db: sqlite3.Connection | None = None

    async def start(self) -> EngineInfo:
        """Read the results; lines that are none are told in the note."""
        self._db = sqlite3.connect("")
        self._db.execute("CREATE TABLE results (id TEXT PRIMARY KEY, outcome BLOB) WITHOUT ROWID")
        trouble = ""
        try:
            for result in read_results(self._path):
                row = (result.custom_id, pickle.dumps(result.outcome))
                self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?)", row)
        except InputError as error:  # raised after all good lines were given
            trouble = f"; {error}"
        (count,) = self._db.execute("SELECT count(*) FROM results").fetchone()
        return EngineInfo(self._model, None, self._in_flight, f"{count:,} results in {self._path}{trouble}")

    async def generate(self, request: Request) -> Reply:
        """The file's answer; Unanswered where it has none or was not served."""
        if self._db is None:
            raise EngineDead(f"{self._path} is closed")
        name = custom_id(request.key, request.sample, request.attempt)
        found = self._db.execute("SELECT outcome FROM results WHERE id = ?", (name,)).fetchone()
        outcome = pickle.loads(found[0]) if found else None
        if isinstance(outcome, Reply):
            return outcome
        if isinstance(outcome, RowError):
            raise outcome
        why = str(outcome) if isinstance(outcome, TransientError) else f"no result in {self._path}"
        raise Unanswered(why)

    async def aclose(self) -> None:
        """Drop the temporary database."""
        if self._db is not None:
            self._db.close()
            self._db = None
