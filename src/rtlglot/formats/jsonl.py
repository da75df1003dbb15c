"""JSON Lines: one object per line. Blank lines are skipped; an empty file has no rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import InputError
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import Record, Shape
from rtlglot.formats.values import LINE, NotUnicode, decode, encode
from rtlglot.records import Json


class JsonLines:
    """Reads and writes JSON Lines."""

    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    seeks = False

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """Nothing to take over."""
        return Shape()

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per line; InputError names the line, and the column or the byte."""
        return self.read_from(source, 0)

    def read_from(self, source: DataFile, start: int) -> Iterator[Record]:
        """Lines before are not decoded."""
        stream, offset = source.open_text()
        with stream:
            for number, line in enumerate(source.lines(stream), 1):
                if start and not line.isspace():
                    start -= 1
                elif not line.isspace():
                    flaw = None
                    try:
                        fields = decode(line)
                    except NotUnicode as error:
                        fields, flaw = error.value, _explained(source, number, offset, error, line)
                    except ValueError as error:
                        raise _explained(source, number, offset, error, line) from None
                    if type(fields) is not dict:
                        found = type(fields).__name__
                        raise InputError(
                            f"expected an object, found a {found}", file=source.name, row=f"line {number}"
                        )
                    yield Record(number, f"line {number}", None, fields, flaw)
                offset += len(line)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> _JsonLinesWriter:
        """One line per row."""
        return _JsonLinesWriter(out)


class _JsonLinesWriter:
    """Writes one object per line."""

    keyed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """One line."""
        self._out.write(encode(fields, LINE))

    def finish(self) -> None:
        """Nothing is due."""

    def close(self) -> None:
        """Nothing is held."""


def _explained(source: DataFile, number: int, offset: int, error: ValueError, line: bytes) -> InputError:
    row = f"line {number}"
    if (byte := source.not_utf8(line, row, offset)) is not None:
        return byte
    if isinstance(error, json.JSONDecodeError):
        return InputError(f"broken JSON: {error.msg}", file=source.name, row=f"{row} column {error.pos + 1}")
    return InputError(str(error), file=source.name, row=row)
