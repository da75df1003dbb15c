"""Values: JSON text to Python and back, with every number as it was written.

`1.0`, `1e5`, `0.10`, `-0` and numbers of any length come back as the same literals. NaN and Infinity
are refused (RFC 8259, section 6), and so is what is no Unicode: half of a surrogate pair (`\\ud800` alone)
and bytes that are not UTF-8. No tokenizer, database or endpoint can hold it. Of a key that occurs twice in
one object the last value counts.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NoReturn

import orjson

from rtlglot.records import Json


class NotUnicode(json.JSONDecodeError):
    """There is half of a surrogate pair, or a byte that is not UTF-8, in a text that is JSON otherwise."""

    def __init__(self, message: str, text: str, pos: int, value: Json) -> None:
        super().__init__(message, text, pos)
        self.value = sound(value)
        """What was read, with escapes for it."""


class _FloatLiteral(float):
    """A float that is written as it was read."""

    __slots__ = ("literal",)
    literal: str

    def __new__(cls, literal: str) -> _FloatLiteral:
        self = super().__new__(cls, literal)
        self.literal = literal
        return self

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.literal,)

    def __repr__(self) -> str:
        return self.literal


class _IntLiteral(int):
    """An int that is written as it was read: -0, or one that does not fit in 64 bits."""

    literal: str

    def __new__(cls, literal: str) -> _IntLiteral:
        self = super().__new__(cls, literal)
        self.literal = literal
        return self

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.literal,)

    def __repr__(self) -> str:
        return self.literal


def _read_float(literal: str) -> float:
    """A plain float where writing it gives the same literal, else one that carries its literal."""
    value = float(literal)
    return value if orjson.dumps(value) == literal.encode() else _FloatLiteral(literal)


def _read_int(literal: str) -> int:
    """A plain int where it fits in 64 bits and is not -0, else one that carries its literal."""
    if len(literal) < 19 and literal != "-0":
        return int(literal)
    value = int(literal)
    return value if -(2**63) <= value < 2**64 and literal != "-0" else _IntLiteral(literal)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number; write null, or leave the field out")


DECODER = json.JSONDecoder(parse_float=_read_float, parse_int=_read_int, parse_constant=_refuse)
"""Decodes text with all literals kept. Raises ValueError (with a place: json.JSONDecodeError)."""

_MAX_LEVELS = 128
"""Of objects and lists in each other. What is read must also be writable: orjson ends at 254."""
NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""A byte that was decoded as half of a pair (PEP 383)."""
_NOT_UNICODE = re.compile(rf"\\u[dD][89a-fA-F][0-9a-fA-F]{{2}}|{NOT_UTF8.pattern}")


def decode(data: bytes) -> Json:
    """The value of one JSON text in UTF-8. Raises ValueError, where the place is known a JSONDecodeError."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _decode_exactly(data)  # slower, and says what is wrong and where
    return value if _is_plain((value,), data, _MAX_LEVELS) else _decode_exactly(data)


def _decode_exactly(data: bytes) -> Json:
    """As `decode`, without the fast path."""
    text = data.decode(errors="surrogateescape")
    try:
        value = DECODER.decode(text)
    except RecursionError:
        raise too_deep() from None
    refuse_unwritable(value, text, 0, len(text))
    return value


def refuse_unwritable(value: Json, text: str, start: int, end: int) -> None:
    """Raise ValueError where `value`, read from text[start:end], is too deep or not valid Unicode."""
    _refuse_deep((value,), _MAX_LEVELS)
    part = text[start:end]
    if (part.isascii() and "\\u" not in part) or _NOT_UNICODE.search(part) is None:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        place = text.find(error.object[error.start], start, end)
        if place >= 0:
            raise NotUnicode("a byte is not UTF-8", text, place, value) from None
        half = f"\\u{ord(error.object[error.start]):04x}"
        place = text.lower().find(half, start, end)
        message = f"{half} is half of a surrogate pair, which is not text; write \\ufffd"
        raise NotUnicode(message, text, max(place, start), value) from None


def sound(value: Json, errors: str = "backslashreplace") -> Json:
    """A value without what no file can hold, half of a surrogate pair: it is written as its escape, or as
    an error handler of `str.encode` says."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", errors).decode()
    if isinstance(value, Mapping):
        return {str(sound(key, errors)): sound(item, errors) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sound(item, errors) for item in value]
    return value


def _is_plain(values: Iterable[Json], data: bytes, levels: int) -> bool:
    # Whether orjson writes the values as they were read. It is exact for strings and 64-bit ints;
    # longer ints come as floats, and -0 as 0.
    if levels < 0:
        raise too_deep()
    for value in values:
        kind = type(value)
        if kind is str:
            continue
        if kind is dict:
            if not _is_plain(value.values(), data, levels - 1):
                return False
        elif kind is list:
            if not _is_plain(value, data, levels - 1):
                return False
        elif kind is float or (kind is int and value == 0 and b"-0" in data):
            return False
    return True


def _refuse_deep(values: Iterable[Json], levels: int) -> None:
    if levels < 0:
        raise too_deep()
    for value in values:
        if type(value) is dict:
            _refuse_deep(value.values(), levels - 1)
        elif type(value) is list:
            _refuse_deep(value, levels - 1)


def too_deep() -> ValueError:
    """What is raised for a value that is nested deeper than MAX_LEVELS."""
    return ValueError(f"nested more than {_MAX_LEVELS} levels deep")


_OPTIONS = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
LINE = orjson.OPT_APPEND_NEWLINE
"""Option of `encode`: end with a newline."""
INDENT = orjson.OPT_INDENT_2
"""Option of `encode`: one member per line, two spaces a level."""


def encode(value: Json, options: int = 0) -> bytes:
    """`value` as JSON in UTF-8, literals kept; NaN, which JSON cannot hold, becomes null.

    Dates become ISO 8601 texts, bytes base64. Raises TypeError for what JSON cannot hold.
    """
    try:
        return orjson.dumps(value, default=_as_json, option=_OPTIONS | options)
    except TypeError:
        # orjson refuses plain ints over 64 bits and half surrogate pairs.
        text = _encode_slowly(value)
        return (text + "\n" if options & LINE else text).encode()


def _as_json(value: Any) -> Any:
    if isinstance(value, _FloatLiteral | _IntLiteral):
        return orjson.Fragment(value.literal)
    return as_json(value)


def as_json(value: Any) -> Json:
    """The JSON value nearest to a Python object: texts for dates, a number for a Decimal, base64 for bytes.

    Raises TypeError where there is none.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): member for key, member in value.items()}
    if isinstance(value, decimal.Decimal):
        return _FloatLiteral(format(value, "f")) if value.is_finite() else None
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return value + 0
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    raise TypeError(f"JSON cannot hold a {type(value).__name__}")


def _encode_slowly(value: Json) -> str:
    if isinstance(value, _FloatLiteral | _IntLiteral):
        return value.literal
    if type(value) is dict:
        members = (f"{json.dumps(str(key))}:{_encode_slowly(member)}" for key, member in value.items())
        return "{" + ",".join(members) + "}"
    if type(value) in (list, tuple):
        return "[" + ",".join(map(_encode_slowly, value)) + "]"
    if type(value) is float and value - value != 0:
        return "null"
    if value is None or type(value) in (str, bool, int, float):
        return json.dumps(value)
    return _encode_slowly(as_json(value))


def text_of(value: Json) -> str | None:
    """The text in a field, or None where there is none.

    A text that is empty or only white space is none; a list of one text is that text (RTLCoder's
    `Response`). Numbers, truth values, objects and longer lists are no texts.
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str) or not value or value.isspace():
        return None
    return value


def cell(value: Json) -> str:
    """A value as the text of a cell: a text as it is, None as '', anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else encode(value).decode()
