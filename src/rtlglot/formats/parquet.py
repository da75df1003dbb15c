"""Parquet, through pyarrow: read in batches, written in row groups.

What JSON has no type for is read as a text (times, dates, ISO 8601), a number (decimals; durations, in
their own unit) or base64 (bytes), and gets its old type back when it is written to Parquet again. A
column whose values have no common type is written as text: texts as they are, the rest as JSON. Objects
in a column get the union of their keys; a missing field and null are the same.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from rtlglot.errors import InputError
from rtlglot.formats.source import DataFile
from rtlglot.formats.spool import Spool
from rtlglot.formats.table import Record, Shape
from rtlglot.formats.values import DECODER, as_json, cell
from rtlglot.records import Json

_BATCH_ROWS = 1000
_GROUP_BYTES = 8 << 20
"""A row group is written when its columns take this much memory."""


class Parquet:
    """Reads and writes Parquet."""

    suffixes = (".parquet",)
    seeks = True

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """The column types."""
        with source.open_raw() as raw:
            schema = _open(raw, source).schema_arrow
        return Shape(schema={new_names.get(column.name, column.name): column.type for column in schema})

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per row. InputError where the file is no Parquet or damaged."""
        import pyarrow as pa

        number = 0
        with source.open_raw() as raw:
            batches = _open(raw, source).iter_batches(batch_size=_BATCH_ROWS, use_threads=False)
            while True:
                try:
                    rows = _rows(next(batches))
                except StopIteration:
                    return
                except (pa.ArrowException, OSError, ValueError) as error:
                    place = f"row {number + 1} or later"
                    raise InputError(f"damaged Parquet: {error}", file=source.name, row=place) from error
                for fields in rows:
                    number += 1
                    yield Record(number, f"row {number}", None, fields)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> ParquetWriter:
        """Everything is written last: the types need all rows."""
        return ParquetWriter(out, shape.schema, Spool(scratch))


def _open(raw: BinaryIO, source: DataFile) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(raw, pre_buffer=False, buffer_size=1 << 20)
        names = file.schema_arrow.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"is no Parquet file, or is damaged: {error}", file=source.name) from error
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError("there are two columns of this name", file=source.name, field=twice[0])
    return file


def _rows(batch: Any) -> Iterator[dict[str, Json]]:
    names = batch.schema.names
    columns = [_values(column) for column in batch.columns]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def _values(column: Any) -> list[Json]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_duration(kind):
        return list(column.cast(pa.int64()).to_pylist())
    if pa.types.is_temporal(kind):  # by Arrow, for datetime has neither nanoseconds nor all zones
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_decimal(kind):
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None else DECODER.decode(text) for text in texts]
    values: list[Json] = column.to_pylist()
    return values if _is_json(kind) else [_deep_json(value) for value in values]


def _is_json(kind: Any) -> bool:
    import pyarrow as pa

    is_ = pa.types
    if is_.is_nested(kind) and not is_.is_map(kind):
        return all(_is_json(kind.field(i).type) for i in range(kind.num_fields))
    if is_.is_dictionary(kind):
        return _is_json(kind.value_type)
    tests: tuple[Callable[[Any], bool], ...] = (
        is_.is_string, is_.is_large_string, is_.is_boolean, is_.is_integer, is_.is_floating, is_.is_null,
    )  # fmt: skip
    return any(test(kind) for test in tests)


def _deep_json(value: Any) -> Json:
    if isinstance(value, dict):
        return {key: _deep_json(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_deep_json(member) for member in value]
    return value if value is None or type(value) in (str, bool, int, float) else as_json(value)


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
            return _restored(values, self._old)
        if self._learnt is None:
            return pa.array([None if value is None else cell(value) for value in values], pa.string())
        return pa.array(values, type=self._learnt)

    def _try_old(self, values: list[Json]) -> None:
        try:
            _restored(values, self._old)
        except (*_MISFITS, NotImplementedError):
            self._old = None


_MISFITS = (ValueError, TypeError, OverflowError)
"""What pyarrow raises where values do not fit a type; its own errors derive from these."""


def _restored(values: list[Json], old: Any) -> Any:
    import pyarrow as pa

    is_ = pa.types
    if is_.is_decimal(old) or is_.is_uint64(old):  # through texts: no float or int64 on the way
        return pa.array([None if value is None else str(value) for value in values]).cast(old)
    if is_.is_map(old):
        return pa.array([None if value is None else list(map(tuple, value)) for value in values], old)
    if is_.is_binary(old) or is_.is_large_binary(old):
        values = [None if value is None else base64.b64decode(value, validate=True) for value in values]
    # Inferred and then cast: asked for a type at once, Arrow would cut 1.7 to an int without a word.
    return pa.array(values).cast(old)


def _is_storable(kind: Any) -> bool:
    # Parquet has no objects without members.
    import pyarrow as pa

    if pa.types.is_struct(kind) and kind.num_fields == 0:
        return False
    return not pa.types.is_nested(kind) or all(
        _is_storable(kind.field(i).type) for i in range(kind.num_fields)
    )
