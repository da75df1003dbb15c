"""The input, read where the cluster has room: indexed once, then its pending rows in chunks."""

from __future__ import annotations

import pickle
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rtlglot.cluster.job import ClusterJob, row_key
from rtlglot.formats import Selection, open_dataset
from rtlglot.ledger import Ledger
from rtlglot.ledger.connection import connect
from rtlglot.ledger.keys import digest
from rtlglot.ledger.parts import ledger_file, pack, unpack
from rtlglot.run.settle import Rows


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The rows of one file of the input."""

    name: str
    """Of the file that keeps it, beside the parts."""
    columns: tuple[str, ...]
    ids: Any
    """Hashes of the rows' ids, 8 bytes each; an array of numpy, as `keys`."""
    keys: Any
    """See `row_key`."""


def rows_of(job: ClusterJob, file: str) -> Rows:
    """The rows of one file of the input."""
    selection = Selection.of(asdict(job.spec))
    return Rows(open_dataset(file, selection, format=job.spec.format or None), job.recipe, job.reads)


def index_file(job: ClusterJob, file: str) -> FileIndex:
    """Index a file of the input, or take the index of the state that it is in. Raises InputError."""
    rows = rows_of(job, file)
    name = f"index-{digest(rows.stamp() or secrets.token_hex()).hex()}"
    kept = job.folder.read(ledger_file(name))
    with tempfile.TemporaryDirectory(prefix="rtlglot-") as made:
        path = Path(made) / "index.ledger"
        if kept is not None:
            unpack(kept, path, ledger_file(name))
        with closing(Ledger(path)) as ledger:
            rows.index(ledger)
        if kept is None:
            pack(path, job.folder, name)
        with closing(connect(path, shown=path)) as db:
            found = db.execute("SELECT id, content FROM rows ORDER BY position")
            pairs = [(digest(id_)[:8], row_key(job.recipe, id_, content)) for id_, content in found]
    ids, keys = (np.array([pair[n] for pair in pairs], kind) for n, kind in ((0, "S8"), (1, "S16")))
    return FileIndex(name, rows.dataset.columns, ids, keys)


def chunks(job: ClusterJob, file: str, pending: Any, size: int) -> Iterator[bytes]:
    """The pending rows of a file, `size` at a time, pickled; `pending` says of each row whether it is."""
    chunk = []
    for row, wanted in zip(rows_of(job, file), pending, strict=True):
        if wanted:
            chunk.append(row)
        if len(chunk) == size:
            yield pickle.dumps(chunk)
            chunk = []
    if chunk:
        yield pickle.dumps(chunk)
