"""How often a chunk of rows was begun, beside the parts: a process that dies cannot remember it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from rtlglot.ledger.parts import TRIES

_BEGUN, _LOST, _THROUGH = "begun", "lost", "through"


class Tries:
    """Of one chunk; making it counts one more."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / TRIES / name
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._before: list[str] = []
        with contextlib.suppress(FileNotFoundError):
            self._before = self._path.read_text(encoding="utf-8").splitlines()
        self._add(_BEGUN)

    @property
    def deaths(self) -> int:
        """How often a process died under it; an engine that was lost has ended its process in good order."""
        return self._before.count(_BEGUN) - self._before.count(_LOST)

    def lost(self) -> int:
        """Its engine was lost: how often so far."""
        self._add(_LOST)
        return self._before.count(_LOST) + 1

    @contextlib.contextmanager
    def alone(self, row: str) -> Iterator[bool]:
        """A row is in flight and no other in its process; whether one died when this was so before."""
        mark = "row " + row.encode("utf-8", "surrogatepass").hex()
        died = (mark, _BEGUN) in pairwise((*self._before, _BEGUN))
        self._add(mark)
        yield died
        self._add(_THROUGH)

    def forget(self) -> None:
        """The chunk is done."""
        self._path.unlink(missing_ok=True)

    def _add(self, line: str) -> None:
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
