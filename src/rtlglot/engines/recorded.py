"""The engine `recorded`: replies that exist already, from a file of completions.

`--engine recorded --model completions.jsonl`: one object a line with `task_id` and `completion`. The n-th
line of an id is its n-th sample. `rtlglot eval --samples-from` brings other forms into this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from rtlglot.engines import Engine, EngineInfo
from rtlglot.errors import ConfigError, EngineDead, RowError
from rtlglot.options import fill
from rtlglot.records import Finish, Json, Reason, Reply, Request


@dataclass(frozen=True, slots=True)
class _RecordedOptions:
    """Options of the engine of recorded completions."""

    max_in_flight: int = 64


class RecordedEngine(Engine):
    """Answers sample n of a row with the n-th completion that the file has for it."""

    by_row = True

    def __init__(self, model: str, options: Mapping[str, Any] | None = None) -> None:
        self._options = fill(_RecordedOptions, options or {}, part="engine.recorded")
        if not Path(model).is_file():
            raise ConfigError(f"there is no file of completions {model!r}", hint="name a JSONL file")
        self._model = model
        self._hash = hashlib.sha256(Path(model).read_bytes()).hexdigest()
        self._known: dict[str, list[str]] = {}
        self._running = False

    def identity(self) -> Mapping[str, Json]:
        """The completions by content."""
        return {"completions": self._hash}

    async def start(self) -> EngineInfo:
        """Read the file."""
        self._known = _read(Path(self._model))
        self._running = True
        count = sum(map(len, self._known.values()))
        note = f"{count:,} completions for {len(self._known):,} ids in {self._model}"
        return EngineInfo(self._model, None, self._options.max_in_flight, note)

    async def generate(self, request: Request) -> Reply:
        """The completion; a row's failure where the file has none."""
        if not self._running:
            raise EngineDead(f"{self._model} is closed")
        texts = self._known.get(request.row_id, [])
        if request.sample >= len(texts):
            said = f"the file has {len(texts)} completions for {request.row_id!r}"
            raise RowError(Reason.ENGINE_ERROR, said)
        return Reply(texts[request.sample], Finish.STOP)

    async def aclose(self) -> None:
        """Forget the completions."""
        self._known, self._running = {}, False


def _read(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = orjson.loads(line)
                found.setdefault(str(row["task_id"]), []).append(str(row["completion"]))
            except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                hint = "expected an object with task_id and completion"
                raise ConfigError(f"{path} line {number} is no completion", hint=hint) from error
    return found
