"""Dataset: a stream of rows that can be passed over again, with ids, names and a filter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.decompress import MAX_RECORD_BYTES
from rtlglot.formats.filter import compile_filter
from rtlglot.formats.shard import Shard, shard_from
from rtlglot.formats.sniff import sniff
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import (
    FOLDER_FORMAT,
    Format,
    Record,
    Shape,
    SkippingFormat,
    format_of,
    load_format,
)
from rtlglot.formats.values import encode
from rtlglot.formats.verilog_files import VerilogFiles, is_verilog
from rtlglot.records import PARTS_MANIFEST, Json, Row
from rtlglot.registry import did_you_mean
from rtlglot.stores.remote import matching
from rtlglot.stores.store import holds

_ID_FIELDS = ("id", "task_id", "rtl_id")
"""Fields that hold the id where neither --id nor the container says, in this order."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a dataset, under which names."""

    map: Mapping[str, str] = field(default_factory=dict)
    """New field name -> name in the file."""
    id_field: str | None = None
    """Field (by its new name) that holds the id; None finds it."""
    where: str | None = None
    """A Jinja2 expression on a row: bare field names, and `row`."""
    limit: int | None = None
    """At most so many rows, of those that pass the filter."""
    max_record: int = MAX_RECORD_BYTES
    """Bytes of the largest record that is read."""
    flawed: bool = False
    """Whether a record that alone cannot be used is a row with a `flaw`; else it is an InputError."""
    given: Mapping[str, Json] = field(default_factory=dict)
    """Fields that every row gets."""
    shard: Shard | None = None
    """Of these, only one part."""

    @classmethod
    def of(cls, spec: Mapping[str, Json]) -> Selection:
        """What the fields of a job's spec say, also as the ledger keeps them."""
        return cls(
            map=dict(spec.get("map") or {}),
            id_field=spec.get("id") or None,
            where=spec.get("where") or None,
            limit=spec.get("limit"),
            shard=shard_from(spec.get("shard") or ""),
            max_record=spec.get("max_record") or MAX_RECORD_BYTES,
            flawed=True,
        )

    def __post_init__(self) -> None:
        if self.max_record < 1:
            raise UsageError(f"max_record is {self.max_record}", hint="expected a number of bytes")
        if self.limit is not None and self.limit < 0:
            raise UsageError(f"limit is {self.limit}", hint="expected 0 or more")
        if len(set(self.map.values())) < len(self.map):
            raise UsageError("map takes two fields from one", hint="name each field of the file once")


def open_dataset(
    path: str | os.PathLike[str] | Sequence[str],
    selection: Selection | None = None,
    *,
    format: str | None = None,
) -> Dataset:
    """A dataset from a file, from files or folders of Verilog, or from '-', standard input. A URL may be a
    pattern of several.

    The format follows the suffix (or, of a pipe, the first bytes) unless it is given. Nothing of a file
    is read yet. Raises UsageError for a bad selection or format, InputError where there is no such file.
    """
    selection = selection or Selection()
    named = [os.fspath(path)] if isinstance(path, str | os.PathLike) else path
    source = DataFile(*(each for one in named for each in matching(one)))
    for part in source.parts:
        part.max_record = selection.max_record
    try:
        name = format or _format_of(source)
        keep = compile_filter(selection.where, source.title) if selection.where else None
        return Dataset(source, load_format(name, "" if source.piped else source.path), selection, keep)
    except BaseException:
        source.close()
        raise


def _format_of(source: DataFile) -> str:
    found = [_format_of_part(part) for part in source.parts]
    if len(found) > 1 and set(found) != {FOLDER_FORMAT}:
        other = next(
            part.name for part, name in zip(source.parts, found, strict=True) if name != FOLDER_FORMAT
        )
        raise UsageError(f"{other} is no Verilog", hint="several inputs are files or folders of Verilog")
    return found[0]


def _format_of_part(source: DataFile) -> str:
    if source.folder and holds(source.name, PARTS_MANIFEST):
        return "parquet"
    if source.folder or is_verilog(source.name):
        return FOLDER_FORMAT
    if not source.piped:
        return format_of(source.path)
    try:
        return format_of(source.path)  # of a named pipe
    except UsageError:
        return sniff(source)


class Dataset:
    """Rows, in order, as often as wanted; memory does not grow with their number.

    The id of a row is the field that was asked for; else the container's key (JSON object, file in a
    folder); else the field `id`, `task_id` or `rtl_id`, the first of these that the first row has; else
    the line number. Once a field holds the id every row must have it, as a text or an int.

    Iterating raises InputError with file, row and field.
    """

    def __init__(
        self, source: DataFile, format: Format, selection: Selection, keep: Callable[[Record], bool] | None
    ) -> None:
        self._source, self._format, self._selection, self._keep = source, format, selection, keep
        self._new_names = {old: new for new, old in selection.map.items()}
        self._columns: dict[str, None] = {}

    @property
    def name(self) -> str:
        """The file, for people."""
        return self._source.title

    @property
    def one_by_one(self) -> bool:
        """Whether its rows are files of Verilog, each a design of its own, that were named one by one."""
        return isinstance(self._format, VerilogFiles) and not any(part.folder for part in self._source.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields seen so far in rows that passed the filter: all, after a whole pass."""
        return tuple(self._columns)

    @property
    def state(self) -> str:
        """Names the rows that there are now, by file and selection; '' where a pass may bring others."""
        return self._source.state and f"{self._source.state} {type(self._format).__name__} {self._selection}"

    def recall(self, columns: Iterable[str]) -> None:
        """The fields that an earlier pass has seen."""
        self._columns.update(dict.fromkeys(columns))

    @property
    def shape(self) -> Shape:
        """What a writer takes over from this dataset; reads the file's beginning."""
        return self._format.shape(self._source, self._new_names)

    def __iter__(self) -> Iterator[Row]:
        return self.rows_from(0)

    def rows_from(self, position: int) -> Iterator[Row]:
        """Those at a position and behind it; some before it may come, too."""
        limit, columns, shard = self._selection.limit, self._columns, self._selection.shard
        ids: Callable[[Record], str] | None = None
        passed = 0
        if limit == 0:
            return
        found = self._passing(0)
        if position and limit is None:
            ids = next((self._id_rule(record) for _, record in found), None)
            found = self._passing(position)
        for position, record in found:
            ids = ids or self._id_rule(record)
            if self._selection.given:
                record = record._replace(fields={**record.fields, **self._selection.given})
            if not record.fields.keys() <= columns.keys():
                columns.update(dict.fromkeys(record.fields))
            passed += 1
            if shard is None or shard.has(record):
                flaw = "" if record.flaw is None else str(record.flaw)
                yield Row(ids(record), record.fields, position, record.where, flaw)
            if passed == limit:
                break
        if passed:
            self._refuse_names_of_nothing()

    def _passing(self, start: int) -> Iterator[tuple[int, Record]]:
        """The records that pass the filter, with their positions, from `start` on where that is cheap."""
        format, keep = self._format, self._keep
        if isinstance(format, SkippingFormat) and start:
            found = format.read_from(self._source, start)
        else:
            start, found = 0, format.read(self._source)
        for position, record in enumerate(self._renamed(found), start):
            if record.flaw is not None and not self._selection.flawed:
                raise record.flaw
            if keep is None or keep(record):
                yield position, record

    def _renamed(self, records: Iterator[Record]) -> Iterator[Record]:
        names = self._new_names
        if not names:
            yield from records
            return
        for record in records:
            fields = {names.get(name, name): value for name, value in record.fields.items()}
            if len(fields) < len(record.fields):
                twice = next(new for old, new in names.items() if {old, new} <= record.fields.keys())
                raise self._error(
                    record, f"map would write over it with {self._selection.map[twice]!r}", field=twice
                )
            yield record._replace(fields=fields)

    def _refuse_names_of_nothing(self) -> None:
        for new, old in self._selection.map.items():
            if new not in self._columns:
                raise InputError(
                    "map names a field that no row has",
                    file=self.name,
                    field=old,
                    hint=did_you_mean(old, list(self._columns)),
                )

    def _id_rule(self, first: Record) -> Callable[[Record], str]:
        name = self._selection.id_field
        if name is None and first.key is not None:
            return self._key
        if name is None:
            name = next((known for known in _ID_FIELDS if known in first.fields), None)
        if name is None:
            return self._number
        return lambda record: self._value(record, name)

    def _key(self, record: Record) -> str:
        if not record.key:
            raise self._error(record, "the key is empty: a row needs an id")
        return record.key

    def _number(self, record: Record) -> str:
        for name in _ID_FIELDS:
            if name in record.fields:
                raise self._error(
                    record,
                    "this row has an id and the first row has none",
                    field=name,
                    hint=f"give every row {name!r}, or name a field that every row has (id_field, --id)",
                )
        return str(record.number)

    def _value(self, record: Record, name: str) -> str:
        value = record.fields.get(name)
        if type(value) is str and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None or value == "":
            problem, hint = "the row has no id here", did_you_mean(name, list(record.fields))
        else:
            problem, hint = f"an id is a text or an int, not {encode(value).decode()[:40]}", ""
        raise self._error(record, problem, field=name, hint=hint)

    def _error(self, record: Record, message: str, *, field: str = "", hint: str = "") -> InputError:
        return InputError(message, file=self.name, row=record.where, field=field, hint=hint)

    def close(self) -> None:
        """Remove the copy of standard input, if there is one. May be called twice."""
        self._source.close()

    def __enter__(self) -> Dataset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
