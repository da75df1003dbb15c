"""Decompression, with no more in memory than what is read at once."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from typing import BinaryIO

BUFFER_BYTES = 1 << 20
MAX_RECORD_BYTES = 64 << 20
"""Of the largest record that is read, unless another limit is given."""
_ZSTD_CHUNK_BYTES = 1 << 12
"""Even of four bytes zstd may make 128 KiB: what is read at once bounds what has to be held."""


def damage_of(compression: str) -> tuple[type[Exception], ...]:
    """What is raised for bytes that are no such data."""
    if compression != "zstd":
        return (zlib.error, lzma.LZMAError, gzip.BadGzipFile)
    import zstandard

    return (zstandard.ZstdError,)


def decompressed(raw: BinaryIO, compression: str) -> BinaryIO:
    """The bytes that a compressed stream stands for; '' is none."""
    if compression == "gzip":
        return gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[return-value]
    if compression == "xz":
        return lzma.LZMAFile(raw)  # type: ignore[return-value]
    if compression == "zstd":
        return io.BufferedReader(_Zstd(raw), BUFFER_BYTES)
    return raw


class _Zstd(io.RawIOBase):
    """Reads zstd frames, one after another. Unlike zstandard's own reader it notices a missing end."""

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw = raw
        self._fresh = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._fresh()
        self._rest = b""
        self._begun = False
        self._data = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._data:
            chunk = self._rest or self._raw.read(_ZSTD_CHUNK_BYTES)
            self._rest = b""
            if not chunk:
                if self._begun:
                    raise EOFError
                return 0
            self._data = memoryview(self._decompress(chunk))
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def _decompress(self, chunk: bytes) -> bytes:
        data = self._frame.decompress(chunk)
        self._begun = not self._frame.eof
        if self._frame.eof:
            self._rest = self._frame.unused_data
            self._frame = self._fresh()
        return data
