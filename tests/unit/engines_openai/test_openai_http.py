"""Answers as bytes, sound and hostile, cut anywhere: sent by a real server, read by our connection."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtlglot.engines.openai import http
from rtlglot.engines.openai.http import Answer, BadAnswer, Connection

BODY = b'{"choices": []}'
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
Pieces = Sequence[bytes]


@asynccontextmanager
async def serving(*answers: Pieces) -> AsyncIterator[Connection]:
    """A connection to a server that gives these answers, one a request, piece by piece, and then goes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for pieces in answers:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(0)  # a piece of its own for the other side, most often
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    try:
        yield connection
    finally:
        connection.close()
        server.close()
        await asyncio.sleep(0.001)


async def answer_to(*pieces: bytes) -> Answer:
    async with serving(pieces) as connection:
        return await asyncio.wait_for(connection.ask(REQUEST), 10)


def head(*lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1")


def chunked(body: bytes, size: int = 4) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


SOUND = {
    "length": head(f"Content-Length: {len(BODY)}") + BODY,
    "pieces": head("Transfer-Encoding: chunked") + chunked(BODY),
    "pieces with more": head("transfer-encoding: Chunked")
    + chunked(BODY).replace(b"\r\n", b";a=b\r\n", 1)[:-2]
    + b"Trailer: x\r\n\r\n",
    "till the end": head() + BODY,
    "old": head("Content-Type: application/json", status="HTTP/1.0 200 OK") + BODY,
    "bare line ends": (head(f"Content-Length: {len(BODY)}") + BODY).replace(b"\r\n", b"\n"),
    "interim": head("Link: x", status="HTTP/1.1 103 Early Hints")
    + head(f"Content-Length: {len(BODY)}")
    + BODY,
    "gzip": head("Content-Encoding: gzip") + gzip.compress(BODY),
    "deflate": head("Content-Encoding: deflate") + zlib.compress(BODY),
    "both, and not kept": head("Transfer-Encoding: chunked", "Content-Length: 3") + chunked(BODY),
}


@pytest.mark.parametrize("kind", SOUND)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_an_answer_cut_anywhere_is_the_same(kind: str, data: st.DataObject) -> None:
    whole = SOUND[kind]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=6)))
    ends = zip([0, *cuts], [*cuts, len(whole)], strict=True)
    answer = asyncio.run(answer_to(*(whole[start:end] for start, end in ends)))
    assert (answer.status, answer.body) == (200, BODY)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("length", True), ("pieces", True), ("interim", True), ("till the end", False), ("old", False),
        ("both, and not kept", False),
    ],
)  # fmt: skip
async def test_a_connection_is_kept_where_the_answers_end_is_beyond_doubt(kind: str, kept: bool) -> None:
    answers = [[SOUND[kind]], [SOUND["length"]]] if kept else [[SOUND[kind]]]
    async with serving(*answers) as connection:
        assert (await connection.ask(REQUEST)).body == BODY
        assert connection.usable is kept
        if kept:
            assert (await connection.ask(REQUEST)).body == BODY


@pytest.mark.parametrize("more", [b"x", SOUND["length"]])
async def test_what_comes_unasked_is_nobodys_answer(more: bytes) -> None:
    async with serving([SOUND["length"] + more], [SOUND["length"]]) as connection:
        assert (await connection.ask(REQUEST)).body == BODY
        assert not connection.usable


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_an_answer_without_a_body_has_none(status: str) -> None:
    answer = await answer_to(head("Content-Length: 12", status=f"HTTP/1.1 {status}"))
    assert answer.body == b""


async def test_headers_are_found_by_their_names_in_any_case() -> None:
    answer = await answer_to(head("RETRY-after:  7 ", "X-A: 1", "x-a: ü", status="HTTP/1.1 999"))
    assert (answer.status, answer.headers["retry-after"], answer.headers["x-a"]) == (999, "7", "1, ü")


BAD = {
    "no status line": b"hello\r\n\r\n",
    "another protocol": b"HTTP/2 200\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 99 no\r\n\r\n",
    "protocol change": head(status="HTTP/1.1 101 Switching Protocols"),
    "endless head": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
    "a line without a colon": head("what is this"),
    "a folded line": head("a: b", " more"),
    "a blank before the colon": head("Content-Length : 3"),
    "zero bytes": head("a: \x00"),
    "a lone carriage return": head("a: b\rContent-Length: 3"),
    "two lengths": head("Content-Length: 3", "Content-Length: 4"),
    "a negative length": head("Content-Length: -1"),
    "a length in other digits": head("Content-Length: ²"),
    "too large a length": head("Content-Length: 99999999999"),
    "a huge length": head("Content-Length: " + "9" * 400),
    "an unknown coding": head("Transfer-Encoding: gzip, chunked"),
    "a piece of no size": head("Transfer-Encoding: chunked") + b"\r\nabc",
    "a negative piece": head("Transfer-Encoding: chunked") + b"-1\r\nabc",
    "a huge piece": head("Transfer-Encoding: chunked") + b"ffffffff\r\n",
    "a longer piece than it says": head("Transfer-Encoding: chunked") + b"2\r\nabc\r\n0\r\n\r\n",
    "an endless size": head("Transfer-Encoding: chunked") + b"1;" + b"a" * 10_000,
    "an endless trailer": head("Transfer-Encoding: chunked") + b"0\r\n" + b"a: b\r\n" * 20_000,
    "unknown compression": head("Content-Encoding: br") + b"abc",
    "compression that is none": head("Content-Encoding: gzip") + b"abc",
    "cut compression": head("Content-Encoding: gzip") + gzip.compress(BODY)[:-4],
}


@pytest.mark.parametrize("kind", BAD)
async def test_what_is_no_answer_is_refused(kind: str) -> None:
    with pytest.raises(BadAnswer):
        await answer_to(BAD[kind])


async def test_an_answer_that_grows_when_it_is_unpacked_stops_at_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "_LARGEST_ANSWER_BYTES", 2**20)
    bomb = gzip.compress(bytes(2**23))
    with pytest.raises(BadAnswer, match="larger than"):
        await answer_to(head("Content-Encoding: gzip") + bomb)
    for endless in (head(), head("Transfer-Encoding: chunked") + b"80000\r\n"):
        with pytest.raises(BadAnswer):
            await answer_to(endless, *[b" " * 2**18] * 8)


@pytest.mark.parametrize(
    "kind", [kind for kind in SOUND if kind not in ("till the end", "old", "gzip", "deflate")]
)
async def test_an_answer_that_ends_early_is_an_error(kind: str) -> None:
    with pytest.raises((OSError, BadAnswer)):
        await answer_to(SOUND[kind][:-1])


async def test_a_cancelled_request_ends_its_connection() -> None:
    async with serving([head("Content-Length: 9")], []) as connection:
        asking = asyncio.create_task(connection.ask(REQUEST))
        await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not connection.usable
        with pytest.raises(OSError):
            await connection.ask(REQUEST)
