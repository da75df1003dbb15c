"""What the parts say that are there: which rows need not be asked about any more."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import ray

from rtlglot.cluster.job import ClusterJob
from rtlglot.ledger.parts import part_file, part_names
from rtlglot.records import PARTS_KEY
from rtlglot.run.deliver import ENDING, free

_AT_ONCE = 1000
"""Parts that one task reads."""


def settled(job: ClusterJob) -> Any:
    """Key and ending of every row of the parts, as a table of Arrow; read by tasks."""
    names = part_names(job.folder)
    columns = [PARTS_KEY, *(free(name, dict.fromkeys(job.columns)) for name in ENDING)]
    task: Any = ray.remote(num_cpus=1, max_retries=3)(_read)
    slices = [names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE)]
    tables = ray.get([task.remote(job, each, columns) for each in slices])
    return pa.concat_tables([pa.table({name: pa.array([], pa.string()) for name in columns}), *tables])


def keys_in(table: Any) -> Any:
    """Its keys as an array of numpy, 16 bytes each."""
    return np.array([bytes.fromhex(key) for key in table.column(PARTS_KEY).to_pylist()], "S16")


def _read(job: ClusterJob, names: Sequence[str], columns: list[str]) -> Any:
    parts = job.folder.read_each(map(part_file, names))
    return pa.concat_tables(pq.read_table(io.BytesIO(data or b""), columns=columns) for _, data in parts)
