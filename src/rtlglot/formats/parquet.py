"""Parquet, through pyarrow: read in batches, written in row groups.

What JSON has no type for is read as `arrow` says, and gets its old type back when it is written to
Parquet again, within objects and lists too. A column whose values have no common type is written as
text: texts as they are, the rest as JSON. Objects in a column get the union of their keys; a missing
field and null are the same.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from rtlglot.errors import InputError
from rtlglot.formats.arrow import array_of, values_of
from rtlglot.formats.source import DataFile
from rtlglot.formats.spool import Spool
from rtlglot.formats.table import Record, Shape
from rtlglot.formats.values import cell
from rtlglot.records import PARTS_KEY, PARTS_MANIFEST, Json
from rtlglot.stores.store import store_at

_BATCH_ROWS = 1000
"""At most; fewer where rows are large."""
_GROUP_BYTES = 8 << 20
"""A row group is written when its columns take this much memory."""


class Parquet:
    """Reads and writes Parquet."""

    suffixes = (".parquet",)
    seeks = True

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """The column types; a folder of parts has none of its own."""
        if source.folder:
            return Shape()
        with source.open_raw() as raw:
            schema = _open(raw, source, "").schema_arrow
        return Shape(schema={new_names.get(column.name, column.name): column.type for column in schema})

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per row. InputError where the file is no Parquet or damaged."""
        if source.folder:
            yield from self._read_parts(source)
            return
        with source.open_raw() as raw:
            yield from _records(raw, source)

    def read_from(self, source: DataFile, start: int) -> Iterator[Record]:
        """Row groups before are not read."""
        if source.folder:
            yield from islice(self._read_parts(source), start, None)
            return
        with source.open_raw() as raw:
            yield from _records(raw, source, start=start)

    def _read_parts(self, source: DataFile) -> Iterator[Record]:
        """The rows of a folder of parts, each once, but for those that the input has no more."""
        folder = store_at(source.name)
        passed = set(orjson.loads(folder.read(PARTS_MANIFEST) or b"")["stale"])
        number = 0
        for name, data in folder.read_each(n for n in folder.names() if n.endswith(self.suffixes)):
            for record in _records(io.BytesIO(data or b""), source, name):
                key = record.fields.pop(PARTS_KEY)
                if key not in passed:
                    passed.add(key)
                    number += 1
                    yield record._replace(number=number, where=f"{name}, {record.where}")

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> ParquetWriter:
        """Everything is written last: the types need all rows."""
        return ParquetWriter(out, shape.schema, Spool(scratch))


def _records(raw: BinaryIO, source: DataFile, part: str = "", start: int = 0) -> Iterator[Record]:
    """Of one file, without the first `start`; `part` is its name within a folder."""
    import pyarrow as pa

    number, place = start, f"{part}, " if part else ""
    try:
        batches = _batches(_open(raw, source, part), source, start)
        while (batch := next(batches, None)) is not None:
            _refuse_large(batch, source, number)
            for fields in _rows(batch):
                number += 1
                yield Record(number, f"row {number}", None, fields)
    except (pa.ArrowException, OSError, ValueError) as error:
        row = f"{place}row {number + 1} or later"
        raise InputError(f"damaged Parquet: {error}", file=source.name, row=row) from error


def _open(raw: BinaryIO, source: DataFile, part: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(raw, pre_buffer=False, buffer_size=1 << 20)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"is no Parquet file, or is damaged: {error}", file=source.name, row=part) from error
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError("there are two columns of this name", file=source.name, field=twice[0])
    return file


def _batches(file: Any, source: DataFile, start: int) -> Iterator[Any]:
    """Some rows at a time from row `start` on, of one row group after the other; one whose average row is
    too large is not unfolded. InputError then."""
    first = 1
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        if start >= group.num_rows:
            start -= group.num_rows
            first += group.num_rows
            continue
        average = group.total_byte_size // max(group.num_rows, 1)
        if average > source.max_record:
            raise source.too_large(f"row {first} or later")
        most = max(1, min(_BATCH_ROWS, source.max_record // max(average, 1)))
        for batch in file.iter_batches(batch_size=most, row_groups=[number], use_threads=False):
            if start < batch.num_rows:
                yield batch.slice(start)
            start = max(0, start - batch.num_rows)
        first += group.num_rows


def _refuse_large(batch: Any, source: DataFile, before: int) -> None:
    """InputError for a row that is too large, before there are Python objects of it."""
    if batch.nbytes <= source.max_record:
        return
    for place in range(batch.num_rows):
        row = (column.slice(place, 1) for column in batch.columns)
        if sum(_bytes_of(value) for value in row) > source.max_record:
            raise source.too_large(f"row {before + place + 1}")


def _bytes_of(column: Any) -> int:
    import pyarrow as pa

    # With a dictionary come the values of all rows.
    return int((column.dictionary_decode() if pa.types.is_dictionary(column.type) else column).nbytes)


def _rows(batch: Any) -> Iterator[dict[str, Json]]:
    names = batch.schema.names
    columns = [values_of(column) for column in batch.columns]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


class ParquetWriter:
    """Collects rows, finds each column's type, then writes."""

    keyed = False

    def __init__(self, out: BinaryIO, schema: Mapping[str, Any], spool: Spool) -> None:
        self._out, self._old, self._spool = out, schema, spool

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """Keep one row."""
        self._spool.add(fields)

    def finish(self) -> None:
        """Find the types, then write all rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = self._columns()
        schema = pa.schema([(name, column.type) for name, column in columns.items()] or [("id", pa.string())])
        with pq.ParquetWriter(self._out, schema, compression="zstd") as writer:
            pending: list[Any] = []
            pending_bytes = 0
            for rows in self._spool.batches():
                arrays = [column.build([row.get(name) for row in rows]) for name, column in columns.items()]
                pending.append(pa.record_batch(arrays, schema=schema))
                pending_bytes += pending[-1].nbytes
                if pending_bytes >= _GROUP_BYTES:
                    writer.write_table(pa.Table.from_batches(pending))
                    pending, pending_bytes = [], 0
            if pending:
                writer.write_table(pa.Table.from_batches(pending))

    def close(self) -> None:
        """Give the collected rows' space back."""
        self._spool.close()

    def _columns(self) -> dict[str, _Column]:
        columns = {name: _Column(self._old.get(name)) for name in self._spool.columns}
        # A second look, for a later batch may have widened the type into one that an earlier one misses.
        for look in (_Column.learn, _Column.verify):
            for rows in self._spool.batches():
                for name, column in columns.items():
                    look(column, [row.get(name) for row in rows])
        return columns


class _Column:
    """The type of one column, and how its values become an array of it."""

    def __init__(self, old: Any) -> None:
        import pyarrow as pa

        self._old = old  # the type in the input; None once a value does not fit it
        self._learnt = pa.null()  # the common type of all values; None where there is none
        self._widened = False  # whether earlier values had another type

    @property
    def type(self) -> Any:
        """The type to write."""
        import pyarrow as pa

        if self._old is not None:
            return self._old
        return pa.string() if self._learnt is None else self._learnt

    def learn(self, values: list[Json]) -> None:
        """Widen the type so that it holds these values too."""
        import pyarrow as pa

        if self._old is not None:
            self._try_old(values)
        if self._learnt is None:
            return
        try:
            kind = pa.array(values).type
            if kind == self._learnt:
                return
            self._widened = self._widened or not pa.types.is_null(self._learnt)
            schemas = [pa.schema([("", self._learnt)]), pa.schema([("", kind)])]
            merged = pa.unify_schemas(schemas, promote_options="permissive").field(0).type
            self._learnt = merged if _is_storable(merged) else None
        except _MISFITS:
            self._learnt = None

    def verify(self, values: list[Json]) -> None:
        """Fall back to text where the type does not hold these values after all."""
        if self._widened and self._old is None and self._learnt is not None:
            try:
                self.build(values)
            except _MISFITS:
                self._learnt = None

    def build(self, values: list[Json]) -> Any:
        """The array."""
        import pyarrow as pa

        if self._old is not None:
            return array_of(values, self._old)
        if self._learnt is None:
            return pa.array([None if value is None else cell(value) for value in values], pa.string())
        return pa.array(values, type=self._learnt)

    def _try_old(self, values: list[Json]) -> None:
        try:
            array_of(values, self._old)
        except (*_MISFITS, NotImplementedError):
            self._old = None


_MISFITS = (ValueError, TypeError, OverflowError)
"""What pyarrow raises where values do not fit a type; its own errors derive from these."""


def _is_storable(kind: Any) -> bool:
    # Parquet has no objects without members.
    import pyarrow as pa

    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return False
    return not pa.types.is_nested(kind) or all(
        _is_storable(kind.field(i).type) for i in range(kind.num_fields)
    )
