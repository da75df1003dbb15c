"""HTTP/1.1 as a chat endpoint needs it: one request at a time on a connection that is kept.

Sources: RFC 9112 for what ends a body, RFC 9110 for header fields. An answer that two readers could cut
differently is refused, and so is one larger than its limits: the endpoint may be hostile.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Generator, Mapping
from typing import NamedTuple, cast

_LARGEST_HEAD_BYTES = 64 * 2**10
_LONGEST_LINE_BYTES = 8 * 2**10
"""Of a chunk's size, or a trailer."""
_LARGEST_ANSWER_BYTES = 64 * 2**20
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-9]\d\d)(?: .*)?")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""What a header field may be called."""
FRAMING = frozenset({"connection", "content-length", "transfer-encoding"})
"""Header fields that say where a request ends."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")
_GZIP_OR_ZLIB = 47
"""zlib's word for: told by the first bytes."""

Reading = Generator[None, None, "Answer"]


class BadAnswer(Exception):
    """What came back is no HTTP answer, or too large a one."""


class Answer(NamedTuple):
    """A whole answer, its body decompressed."""

    status: int
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


class Connection(asyncio.Protocol):
    """A connection to a server, plain or TLS."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        """For whoever keeps it: the loop's time of its last answer."""
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._reading: Reading | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._ended = False
        """Nothing more will come."""
        self._kept = False
        """The last answer left the connection fit for another request."""

    @property
    def usable(self) -> bool:
        """Whether another request may be sent over it."""
        return self._kept and not self._ended

    async def ask(self, request: bytes, *, head_only: bool = False) -> Answer:
        """Send a request and wait for its answer; cancelled, it closes the connection.

        `head_only` is for CONNECT: what follows the head is the tunnel's. Raises OSError where the connection
        ends first, BadAnswer for what is no answer.
        """
        assert self._transport is not None
        if self._ended:
            raise ConnectionResetError("the server closed the connection")
        self._kept = False
        self._reading = self._read(head_only=head_only)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            if not self._kept:
                self.close()

    async def start_tls(self, context: object, name: str) -> None:
        """Go on in TLS with the server of that name, inside what is there."""
        loop, plain = asyncio.get_running_loop(), self._transport
        assert plain is not None
        secure = await loop.start_tls(plain, self, context, server_hostname=name)  # type: ignore[arg-type]
        self._transport = secure

    def close(self) -> None:
        """At once; whoever waits for an answer is told so."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    # -- what the event loop calls ------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other side is there."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Read on; nothing may come unasked."""
        if self._reading is None:
            self.close()
            return
        self._buffer += data
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, which may be the body's, too."""
        self._ended = True
        if self._reading is not None:
            self._go_on()
        self._fail(exc or ConnectionResetError("the server closed the connection without a whole answer"))

    def _go_on(self) -> None:
        assert self._reading is not None
        try:
            next(self._reading)
        except StopIteration as whole:
            self._reading = None
            assert self._answer is not None
            if not self._answer.done():
                self._answer.set_result(whole.value)
        except BadAnswer as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._reading = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    # -- reading: generators that wait for more by `yield` ------------------------------------

    def _read(self, *, head_only: bool) -> Reading:
        status = 100
        while status < 200:  # 1xx go before the answer itself
            version, status, headers = yield from self._head()
            if status == 101:
                raise BadAnswer("the server changes the protocol")
        if head_only:
            self._kept = True
            return Answer(status, headers, b"")
        body = yield from self._body(status, headers)
        assert self._transport is not None
        said = headers.get("connection", "").lower()
        keeps = "close" not in said if version else "keep-alive" in said
        sent = not self._transport.get_write_buffer_size()
        self._kept = keeps and sent and not self._buffer and _has_one_end(status, headers)
        return Answer(status, headers, _decompressed(body, headers.get("content-encoding", "")))

    def _head(self) -> Generator[None, None, tuple[int, int, dict[str, str]]]:
        seen = 0
        while (end := _HEAD_END.search(self._buffer, max(0, seen - 3))) is None:
            seen = len(self._buffer)
            if seen > _LARGEST_HEAD_BYTES:
                break
            yield
        if end is None or end.end() > _LARGEST_HEAD_BYTES:
            raise BadAnswer(f"the answer's head is larger than {_LARGEST_HEAD_BYTES} bytes")
        lines = self._buffer[: end.start()].decode("latin-1").split("\n")
        del self._buffer[: end.end()]
        found = _STATUS_LINE.fullmatch(lines[0].removesuffix("\r"))
        if found is None:
            raise BadAnswer("what answers speaks no HTTP/1.1")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.removesuffix("\r").partition(":")
            if not colon or not TOKEN.fullmatch(name) or _CONTROL.search(value):
                raise BadAnswer("the answer's head has a line that is no header field")
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return int(found[1]), int(found[2]), headers

    def _body(self, status: int, headers: Mapping[str, str]) -> Generator[None, None, bytes]:
        if status in (204, 304):
            return b""
        coding = headers.get("transfer-encoding")
        if coding is not None:
            if coding.lower() != "chunked":
                raise BadAnswer(f"the answer's body comes as {coding[:40]!r}")
            return (yield from self._chunks())
        length = headers.get("content-length")
        if length is None:
            while not self._ended:
                self._limit(len(self._buffer))
                yield
            return self._take(len(self._buffer))
        if not (length.isascii() and length.isdecimal() and len(length) < 16):
            raise BadAnswer(f"the answer's length is {length[:40]!r}")
        return (yield from self._bytes(int(length)))

    def _chunks(self) -> Generator[None, None, bytes]:
        parts: list[bytes] = []
        size = 0
        while True:
            found = _CHUNK_SIZE.fullmatch((yield from self._line()))
            if found is None:
                raise BadAnswer("the answer is cut into pieces wrongly")
            length = int(found[1], 16)
            if not length:
                break
            size += length
            self._limit(size)
            parts.append((yield from self._bytes(length)))
            if (yield from self._line()):
                raise BadAnswer("the answer is cut into pieces wrongly")
        trailers = 0
        while line := (yield from self._line()):
            trailers += len(line)
            if trailers > _LARGEST_HEAD_BYTES:
                raise BadAnswer(f"the answer's end is larger than {_LARGEST_HEAD_BYTES} bytes")
        return b"".join(parts)

    def _line(self) -> Generator[None, None, bytes]:
        while (end := self._buffer.find(b"\n", 0, _LONGEST_LINE_BYTES)) < 0:
            if len(self._buffer) >= _LONGEST_LINE_BYTES:
                raise BadAnswer("the answer is cut into pieces wrongly")
            yield
        return self._take(end + 1).rstrip(b"\r\n")

    def _bytes(self, length: int) -> Generator[None, None, bytes]:
        self._limit(length)
        while len(self._buffer) < length:
            yield
        return self._take(length)

    def _take(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken

    def _limit(self, size: int) -> None:
        if size > _LARGEST_ANSWER_BYTES:
            raise BadAnswer(f"the answer is larger than {_LARGEST_ANSWER_BYTES} bytes")


def _has_one_end(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the body ended where all readers agree, before the connection did."""
    return status in (204, 304) or ("transfer-encoding" in headers) != ("content-length" in headers)


def _decompressed(body: bytes, coding: str) -> bytes:
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise BadAnswer(f"the answer is compressed as {coding[:40]!r}")
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        data = unpack.decompress(body, _LARGEST_ANSWER_BYTES + 1)
    except zlib.error as error:
        raise BadAnswer(f"the answer cannot be decompressed: {error}") from error
    if len(data) > _LARGEST_ANSWER_BYTES:
        raise BadAnswer(f"the answer is larger than {_LARGEST_ANSWER_BYTES} bytes")
    if not unpack.eof:
        raise BadAnswer("the answer's compressed body is cut")
    return data
