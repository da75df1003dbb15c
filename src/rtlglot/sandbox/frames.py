"""The wire: frames of a length and bytes, between parent and zygote and between child and zygote."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator

from rtlglot.records import Json

HEADER = struct.Struct("!I")
LARGEST = 64 << 20
"""Bytes of the largest frame; anything above is damage."""


class Damaged(Exception):
    """What came over the wire is no frame."""


def pack(head: Json, *blobs: bytes) -> bytes:
    """One frame: a JSON head, and byte strings that need not be JSON."""
    first = json.dumps([head, [len(blob) for blob in blobs]]).encode()
    body = b"".join((HEADER.pack(len(first)), first, *blobs))
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> tuple[Json, list[bytes]]:
    """The head and the blobs of a frame's body."""
    size = HEADER.unpack_from(body)[0]
    at = HEADER.size + size
    head, sizes = json.loads(body[HEADER.size : at])
    blobs = []
    for size in sizes:
        blobs.append(body[at : at + size])
        at += size
    return head, blobs


class Stream:
    """Bytes in, whole frame bodies out."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._bytes = bytearray()
        self._largest = largest

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete with `data`. Raises Damaged for an impossible length."""
        self._bytes += data
        while len(self._bytes) >= HEADER.size:
            size = HEADER.unpack_from(self._bytes)[0]
            if size > self._largest:
                raise Damaged(f"a frame of {size} bytes")
            if len(self._bytes) < HEADER.size + size:
                return
            yield bytes(self._bytes[HEADER.size : HEADER.size + size])
            del self._bytes[: HEADER.size + size]


def write_all(fd: int, data: bytes) -> None:
    """Write every byte."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
