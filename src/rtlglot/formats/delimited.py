"""CSV and TSV (RFC 4180, tabs for commas in TSV): a header, then one record per row.

All values are read as texts. Written are texts as they are, None and a missing field as nothing, and
every other value as JSON (`true`, `1.0`, `["a"]`). Lines end with a newline alone; one within quotes
is kept as it is.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from rtlglot.errors import InputError
from rtlglot.formats.source import DataFile
from rtlglot.formats.spool import Spool
from rtlglot.formats.table import Record, Shape
from rtlglot.formats.values import cell
from rtlglot.records import Json


class Csv:
    """Reads and writes comma separated values."""

    suffixes: tuple[str, ...] = (".csv",)
    seeks = False
    delimiter = ","

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """Nothing to take over."""
        return Shape()

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per row, numbered by its first line. InputError names the line."""
        csv.field_size_limit(source.max_record)  # a longer one is taken for a quote that is never closed
        stream, offset = source.open_text()
        with stream:
            flaws: dict[int, InputError] = {}
            lines = _lines(stream, source, offset, flaws)
            yield from _records(csv.reader(lines, delimiter=self.delimiter, strict=True), source, flaws)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> _CsvWriter:
        """The header is written last: it needs all rows."""
        return _CsvWriter(out, self.delimiter, Spool(scratch))


class Tsv(Csv):
    """Reads and writes tab separated values, quoted like CSV."""

    suffixes = (".tsv",)
    delimiter = "\t"


class _CsvWriter:
    """Collects rows, then writes them under the union of their columns."""

    keyed = False

    def __init__(self, out: BinaryIO, delimiter: str, spool: Spool) -> None:
        self._out, self._delimiter, self._spool = out, delimiter, spool

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """Keep one row."""
        self._spool.add(fields)

    def finish(self) -> None:
        """Write the header and all rows."""
        # With '\r\n' the csv module quotes cells that hold either; the '\r' is taken off again.
        echo = csv.writer(_Echo(), delimiter=self._delimiter, lineterminator="\r\n")
        columns = tuple(self._spool.columns) or ("id",)
        self._out.write(_line(echo.writerow(columns)))
        for rows in self._spool.batches():
            for fields in rows:
                self._out.write(_line(echo.writerow([cell(fields.get(name)) for name in columns])))

    def close(self) -> None:
        """Give the collected rows' space back."""
        self._spool.close()


class _Reader(Protocol):
    line_num: int

    def __next__(self) -> list[str]: ...


class _Echo:
    """A file whose `write` gives the text back; the csv module's writerow passes it on."""

    def write(self, text: str) -> str:
        return text


def _line(text: object) -> bytes:
    return (str(text)[:-2] + "\n").encode()


def _lines(stream: BinaryIO, source: DataFile, offset: int, flaws: dict[int, InputError]) -> Iterator[str]:
    """The lines; `flaws` gets those with bytes that are not UTF-8, by number. They read as their escapes."""
    for number, line in enumerate(source.lines(stream), 1):
        if (flaw := source.not_utf8(line, f"line {number}", offset)) is not None:
            flaws[number] = flaw
        yield line.decode(errors="backslashreplace")
        offset += len(line)


def _rows(reader: _Reader, source: DataFile) -> Iterator[tuple[int, list[str]]]:
    # Each row that is not blank, with the line that it begins on.
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            hint = "is there a quote that is not closed, or not doubled within quotes?"
            place = f"line {number}"
            raise InputError(f"broken row: {error}", file=source.name, row=place, hint=hint) from None
        if row:
            yield number, row


def _records(reader: _Reader, source: DataFile, flaws: dict[int, InputError]) -> Iterator[Record]:
    rows = _rows(reader, source)
    _, header = next(rows, (0, []))
    if flaws:  # in the header, of which every row takes its names
        raise next(iter(flaws.values()))
    if not header:
        raise InputError("there is no header: the first line must name the columns", file=source.name)
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InputError("the header has this column twice", file=source.name, row="line 1", field=twice[0])
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(
                f"the row has {len(row)} columns, the header has {len(header)}",
                file=source.name,
                row=f"line {number}",
                hint="a cell that holds the delimiter, a quote or a newline must stand in quotes",
            )
        flaw = min(flaws.items())[1] if flaws else None
        flaws.clear()
        yield Record(number, f"line {number}", None, dict(zip(header, row, strict=True)), flaw)
