"""How often a chunk of rows was begun, beside the parts: a process that dies cannot remember it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise

from rtlglot.ledger.parts import TRIES
from rtlglot.stores.store import Store

_BEGUN, _LOST, _THROUGH = "begun", "lost", "through"


class Tries:
    """Of one chunk; making it counts one more."""

    def __init__(self, folder: Store, name: str) -> None:
        self._folder, self._name = folder, f"{TRIES}/{name}"
        self._before = (folder.read(self._name) or b"").decode().splitlines()
        self._said = list(self._before)
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
        self._folder.remove(self._name)

    def _add(self, line: str) -> None:
        self._said.append(line)
        self._folder.put(self._name, ["\n".join(self._said).encode()])
