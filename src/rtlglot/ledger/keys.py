"""Keys: the hashes under which the ledger remembers. 16 bytes of BLAKE2b (RFC 7693) each.

A key covers everything that determines what is stored under it, and nothing else.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import orjson

from rtlglot.records import Context, Json, Message, Request, Row, Sampling

KEY_BYTES = 16


def digest(*parts: str | bytes) -> bytes:
    """Hash of a sequence of texts; ('ab', 'c') and ('a', 'bc') differ."""
    state = hashlib.blake2b(digest_size=KEY_BYTES)
    _take(state, parts)
    return state.digest()


def _take(state: hashlib.blake2b, parts: Iterable[str | bytes]) -> None:
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        state.update(b"%d:" % len(data))
        state.update(data)


def canonical(value: Json) -> str:
    """JSON with sorted keys: equal values give equal texts."""
    option = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(value, option=option, default=_plain).decode()


def _plain(value: Json) -> Json:
    # A named tuple (the pair) is a list in JSON; what else orjson does not know is its text.
    return list(value) if isinstance(value, tuple) else str(value)


def content_key(row: Row, fields: Sequence[str] | None) -> bytes:
    """Key of what a recipe reads of a row; `fields` None means all of it."""
    names = sorted(row.fields) if fields is None else fields
    values = [row.fields.get(name) for name in names]
    try:
        data = orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str)
    except (TypeError, orjson.JSONEncodeError):
        data = repr(values).encode("utf-8", "surrogatepass")
    data += row.flaw.encode("utf-8", "surrogatepass")  # a row that was mended is another one
    return hashlib.blake2b(data, digest_size=KEY_BYTES).digest()


class KeysSeen:
    """Tells of a key that it was never added, or that it may have been (at a million keys every 17th of
    the others, too): 2 MB, however many."""

    def __init__(self, *, unknown: bool) -> None:
        """`unknown`: any key may have been added before."""
        self._bits = None if unknown else bytearray(1 << 21)

    def add(self, key: bytes) -> None:
        """From now on it may have been added."""
        if self._bits is not None:
            self._bits[int.from_bytes(key[:3], "big") >> 3] |= 1 << (key[2] & 7)

    def __contains__(self, key: bytes) -> bool:
        return self._bits is None or bool(self._bits[int.from_bytes(key[:3], "big") >> 3] & 1 << (key[2] & 7))


class RequestKeys:
    """Keys of requests to one engine with one model: what is constant is hashed once."""

    def __init__(self, engine: str, model: str, identity: Mapping[str, Json], *, share: bool) -> None:
        """`share` False gives each row requests of its own, however alike."""
        self._constant = digest(engine, model, canonical(dict(identity)))
        self._share = share

    def __call__(self, request: Request) -> bytes:
        """Key of a request without its sample and attempt, which are columns of their own."""
        *before, last = request.messages
        state = _begun(self._constant, request.sampling, "" if self._share else request.row_id, tuple(before))
        state = state.copy()
        _take(state, last)
        return state.digest()


@functools.lru_cache(64)
def _begun(constant: bytes, sampling: Sampling, row_id: str, before: tuple[Message, ...]) -> hashlib.blake2b:
    """The hash of what most requests have in common: all but the last message."""
    state = hashlib.blake2b(digest_size=KEY_BYTES)
    told = (
        f"{sampling.max_tokens}|{sampling.temperature!r}|{sampling.top_p!r}|{sampling.seed}|{sampling.stop!r}"
    )
    _take(state, (constant, told, row_id))
    for message in before:
        _take(state, message)
    return state


@functools.lru_cache(64)
def prefix_key(messages: tuple[Message, ...]) -> bytes:
    """Key of the messages before the last one."""
    return digest(*(part for message in messages for part in message))


def verdict_key(text: str, check: str, context: Context) -> bytes:
    """Key of a verdict: the text, the check with options and tool versions (its identity, as `canonical`
    writes it), what it knew of the row."""
    known = (context.reference, context.testbench, context.interface)
    # said only where it is not as it always was, so that older keys stay
    more = {
        "top": context.top,
        "blackboxes": context.blackboxes,
        "parts": context.parts_elsewhere,
        "files": context.files,
        "masked": context.masked,
    }
    said = {name: value for name, value in more.items() if value}
    return digest(
        text,
        check,
        context.field,
        context.standard,
        *("-" if value is None else "+" + value for value in known),
        *([context.instruction] if context.instruction else []),
        *([canonical(said)] if said else []),
    )
