"""A JSON document: an object of rows by id, or a list of rows. Read and written entry by entry."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import InputError
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import Record, Shape
from rtlglot.formats.values import DECODER, INDENT, NOT_UTF8, NotUnicode, encode, refuse_unwritable, too_deep
from rtlglot.records import Json

_CHUNK_BYTES = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_LONGEST_TOKEN = 16
"""No token but a string is longer than this before the decoder calls it broken."""


class JsonDocument:
    """Reads and writes JSON documents."""

    suffixes = (".json",)
    seeks = False

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """Object or list."""
        text = _Text(source)
        with text.stream:
            return Shape(keyed=text.peek() == "{")

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per entry; InputError names the line and column, or the entry."""
        text = _Text(source)
        with text.stream:
            opening = text.peek()
            if opening == "{":
                yield from _members(text)
            elif opening == "[":
                yield from _elements(text)
            else:
                raise text.broken(
                    "expected an object of rows by id, or a list of rows" if opening else "no JSON"
                )
            if text.peek():
                raise text.broken(f"there is more text after the closing {'}' if opening == '{' else ']'}")

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> _JsonDocumentWriter:
        """An object by id where the input was one, else a list."""
        return _JsonDocumentWriter(out, keyed=shape.keyed)


class _JsonDocumentWriter:
    """Writes entry by entry, one field per line."""

    def __init__(self, out: BinaryIO, *, keyed: bool) -> None:
        self._out, self.keyed = out, keyed
        self._between = b"{\n  " if keyed else b"[\n  "

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """One entry."""
        key = encode(id_) + b": " if self.keyed else b""
        # No newline within a string is raw in JSON, so this indents and nothing else.
        entry = encode(fields, INDENT).replace(b"\n", b"\n  ")
        self._out.write(self._between + key + entry)
        self._between = b",\n  "

    def finish(self) -> None:
        """Close the object or the list."""
        opening = b"" if self._between[:1] == b"," else self._between[:1]
        self._out.write(opening + (b"\n}\n" if self.keyed else b"\n]\n"))

    def close(self) -> None:
        """Nothing is held."""


def _members(text: _Text) -> Iterator[Record]:
    for number in text.entries("}"):
        if text.peek() != '"':
            raise text.broken("expected a key in double quotes")
        key = text.value("a key")
        where = f"entry {key!r}"
        if text.peek() != ":":
            raise text.broken("expected ':' after the key")
        text.skip()
        yield Record(number, where, key, text.row(where), text.flaw)


def _elements(text: _Text) -> Iterator[Record]:
    for number in text.entries("]"):
        where = f"entry {number}"
        yield Record(number, where, None, text.row(where), text.flaw)


class _Text:
    """A JSON text that is read chunk by chunk; what has been consumed is dropped."""

    def __init__(self, source: DataFile) -> None:
        self._source = source
        self.stream, self._bytes = source.open_text()
        self._tail = b""  # an incomplete character
        self._buffer = ""
        self._pos = 0
        self._ended = False
        self._line = 1  # of the buffer's first character
        self._column = 1
        self._known = 0, 0
        """A place in the buffer, and which byte of the file stands there."""
        self.flaw: InputError | None = None
        """Why the entry that is being read cannot be used, where it is JSON otherwise."""

    def peek(self) -> str:
        """The next character that is not white space, '' at the end."""
        while True:
            self._pos = _SPACE.match(self._buffer, self._pos).end()  # type: ignore[union-attr]
            if self._pos < len(self._buffer):
                return self._buffer[self._pos]
            if self._ended:
                return ""
            self._grow()

    def skip(self) -> None:
        """Step over the character that `peek` gave."""
        self._pos += 1

    def entries(self, closing: str) -> Iterator[int]:
        """Numbers from 1, with the place at the begin of each entry; past `closing` when it ends."""
        self.skip()
        number = 0
        following = self.peek()
        while following != closing:
            if number:
                if following != ",":
                    raise self.broken(f"expected ',' or '{closing}'")
                self.skip()
                self.peek()
            number += 1
            self.flaw = None
            yield number
            following = self.peek()
        self.skip()

    def row(self, where: str) -> dict[str, Json]:
        """The next value, which must be an object."""
        self.peek()
        value = self.value(where)
        if type(value) is dict:
            return value
        raise InputError(
            f"expected an object, found {_short(value)}",
            file=self._source.name,
            row=where,
            hint="is it JSON Lines? then say --format jsonl, or name it .jsonl",
        )

    def value(self, where: str) -> Json:
        """The value that begins at the place. `where` names it in errors that have no place."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._pos)
                refuse_unwritable(value, self._buffer, self._pos, end)
            except NotUnicode as error:
                self.flaw = self.flaw or self.broken(error.msg, error.pos)
                self._pos = end
                return error.value
            except json.JSONDecodeError as error:
                if self._ended or not self._is_cut(error.pos):
                    raise self.broken(error.msg, error.pos) from None
                self._grow()
            except (ValueError, RecursionError) as error:
                what = too_deep() if isinstance(error, RecursionError) else error
                raise InputError(str(what), file=self._source.name, row=where) from None
            else:
                self._pos = end
                return value

    def broken(self, message: str, pos: int | None = None) -> InputError:
        """The error for the place, or for `pos` in the buffer."""
        pos = self._pos if pos is None else pos
        line, column = self._place(pos)
        place = f"line {line} column {column}"
        if NOT_UTF8.match(self._buffer, pos):
            # As far as needed: the bytes behind the first bad one tell what is wrong with it.
            data = self._buffer[pos : pos + 4].encode(errors="surrogateescape")
            error = self._source.not_utf8(data, place, self._byte_of(pos))
            assert error is not None
            return error
        if pos >= len(self._buffer):
            message += " (the file ends here)"
        return InputError(f"broken JSON: {message}", file=self._source.name, row=place)

    def _byte_of(self, pos: int) -> int:
        # Of the file. Each asking counts on from the last one: a buffer may hold very many bad bytes.
        at, byte = self._known
        low, high = min(at, pos), max(at, pos)
        between = len(self._buffer[low:high].encode(errors="surrogateescape"))
        self._known = pos, byte + (between if pos >= at else -between)
        return self._known[1]

    def _is_cut(self, pos: int) -> bool:
        # Whether the decoder failed only because the rest is not in the buffer yet.
        if pos >= len(self._buffer) - _LONGEST_TOKEN:
            return True
        return self._buffer[pos] == '"' and _STRING.match(self._buffer, pos) is None

    def _place(self, pos: int) -> tuple[int, int]:
        newlines = self._buffer.count("\n", 0, pos)
        if not newlines:
            return self._line, self._column + pos
        return self._line + newlines, pos - self._buffer.rfind("\n", 0, pos)

    def _grow(self) -> None:
        # At least doubles what is pending, so that a huge entry is not decoded again and again.
        self._line, self._column = self._place(self._pos)
        pending = self._buffer[self._pos :]
        if len(pending) > self._source.max_record:
            raise self._source.too_large(f"line {self._line} column {self._column}")
        data = self.stream.read(max(_CHUNK_BYTES, len(pending)))
        self._ended = not data
        data, begin = self._tail + data, self._bytes - len(self._tail)
        text, used = codecs.utf_8_decode(data, "surrogateescape", self._ended)
        self._tail = data[used:]
        self._bytes = begin + len(data)
        self._known = len(pending), begin
        self._buffer, self._pos = pending + text, 0


def _short(value: Json) -> str:
    text = encode(value).decode()
    return text if len(text) <= 40 else text[:39] + "…"
