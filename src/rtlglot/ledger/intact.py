"""What was written is what is read: checksums and keys that tell a changed byte before it is believed."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from typing import Any

import orjson

from rtlglot.errors import LedgerError
from rtlglot.ledger.keys import digest

SAVE_TEXT = "INSERT OR IGNORE INTO texts VALUES (?, ?)"


def checksum(columns: Sequence[object]) -> int:
    """CRC-32 of a row's columns: it differs wherever a single run of up to 32 bits was changed."""
    return zlib.crc32(orjson.dumps(columns, default=_plain))


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def damaged(where: str) -> LedgerError:
    """The error for a row that is not what was written. `where` is its place in SQL."""
    return LedgerError(
        "the ledger is damaged: an entry is not what was written "
        "(a failing disk, or another program changed the file)",
        hint=f'put back a copy of it; or forget that entry: sqlite3 LEDGER "DELETE FROM {where}", '
        "and the same command works it out again",
    )


def decoded(column: str, where: str) -> Any:
    """A column of JSON. Raises LedgerError where it is none any more."""
    try:
        return orjson.loads(column)
    except orjson.JSONDecodeError as error:
        raise damaged(where) from error


@functools.lru_cache(256)  # a text is put, and named by its attempt and its outcome, within moments
def text_key(text: str) -> bytes:
    """Key of a text as it is stored."""
    return digest(storable(text) or "")


def storable(text: str | None) -> str | None:
    """SQLite wants valid UTF-8: lone surrogates become question marks."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")
