"""What every process of a job on a cluster knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rtlglot.ledger.keys import digest
from rtlglot.run.spec import Spec
from rtlglot.stores.store import Store, store_at


@dataclass(frozen=True, slots=True)
class ClusterJob:
    """One transformation on a cluster; it travels pickled."""

    spec: Spec
    """With a file as its input."""
    recipe: bytes
    """The recipe's key, as the driver found it."""
    reads: tuple[str, ...] | None
    """The fields of a row that decide its outcome; None: all."""
    columns: tuple[str, ...] = ()
    """The fields of the input, of all its files."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """Types of columns of the parts, where they are known."""

    cpus: float = 1.0
    """What each replica takes of its node's, and each check."""

    @property
    def folder(self) -> Store:
        """Where the parts go."""
        return store_at(self.spec.output)


def row_key(recipe: bytes, id_: str, content: bytes) -> bytes:
    """Key of a row's outcome."""
    return digest(recipe, id_, content)
