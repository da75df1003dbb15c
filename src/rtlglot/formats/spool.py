"""Spool: rows kept on disk until the whole file's columns are known."""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rtlglot.records import Json

_BATCH_ROWS = 256


class Spool:
    """Rows in a temporary file without a name, and the union of their columns."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the file lies: beside the output, which needs the space anyway."""
        self._file = tempfile.TemporaryFile(dir=folder, prefix=".rtlglot-", buffering=1 << 20)  # noqa: SIM115
        self._batch: list[dict[str, Json]] = []
        self.columns: dict[str, None] = {}
        """In the order of their first appearance."""

    def add(self, fields: Mapping[str, Json]) -> None:
        """Keep one row."""
        if not fields.keys() <= self.columns.keys():
            self.columns.update(dict.fromkeys(fields))
        self._batch.append(dict(fields))
        if len(self._batch) == _BATCH_ROWS:
            self._keep_batch()

    def batches(self) -> Iterator[list[dict[str, Json]]]:
        """All rows, some hundreds at a time. No row may be added from then on."""
        self._keep_batch()
        self._file.seek(0)
        with contextlib.suppress(EOFError):  # the end, between two batches
            while True:
                yield pickle.load(self._file)

    def close(self) -> None:
        """Give the space back."""
        with contextlib.suppress(OSError):  # of a full disk, for what was never written out
            self._file.close()

    def _keep_batch(self) -> None:
        # Our own bytes in a file that nobody else can open: pickle is safe here, and keeps literals.
        if self._batch:
            pickle.dump(self._batch, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._batch = []
