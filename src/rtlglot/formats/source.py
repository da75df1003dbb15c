"""Source: where a dataset's bytes come from, decompressed, openable again and again."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from rtlglot.errors import InputError
from rtlglot.formats.decompress import BUFFER_BYTES, MAX_RECORD_BYTES, damage_of, decompressed
from rtlglot.stores.remote import RemoteFile, is_url

_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".xz": "xz"}
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ": "xz"}
_SETTLED_NS = 2_000_000_000  # coarser than the clock of any file system
_UTF8_BOM = b"\xef\xbb\xbf"


def strip_compression(name: str) -> tuple[str, str]:
    """('rows.jsonl', 'gzip') for 'rows.jsonl.gz'; the compression is '' where there is none."""
    stem, suffix = os.path.splitext(name)
    compression = _COMPRESSIONS.get(suffix.lower(), "")
    return (stem, compression) if compression else (name, "")


class DataFile:
    """A file or a folder, here or at a URL, or standard input copied to a private temporary file."""

    def __init__(self, path: str, *more: str) -> None:
        """Raises InputError where there is nothing to read. '-' is standard input.

        With `more` it stands for several, of which only the `parts` can be opened.
        """
        self.max_record = MAX_RECORD_BYTES
        """More in one record is refused before it fills the memory."""
        self.name = "standard input" if path == "-" else path
        """For people."""
        self.path = Path(path)
        self._spool: BinaryIO | None = None
        self._lock = threading.Lock()
        self.remote = RemoteFile(path) if is_url(path) else None
        if path != "-" and self.remote is None:
            self._check(path)
        if self.remote is None and (path == "-" or not (self.path.is_file() or self.path.is_dir())):
            self._spool = self._copy(path)
        self.piped = self._spool is not None
        self.folder = self.remote.folder if self.remote else not self.piped and self.path.is_dir()
        """Whether it is a folder: then there is nothing to `open`."""
        self.compression = self._magic() if self.piped else strip_compression(path)[1]
        self._stamp = self._now()
        self.parts: tuple[DataFile, ...] = (self, *map(DataFile, more))
        self.title = self.name + (f" and {len(more)} more" if more else "")
        """For people, of all parts."""

    def _check(self, path: str) -> None:
        try:
            os.stat(path)  # not of a Path: '' would be the current folder
        except FileNotFoundError:
            raise InputError("no such file or folder", file=self.name) from None
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _copy(self, path: str) -> BinaryIO:
        # The file has no name from the start, so that nothing is left behind however we end.
        spool = tempfile.TemporaryFile(prefix="rtlglot-")  # noqa: SIM115  (closed in close)
        try:
            with _standard_input() if path == "-" else open(path, "rb") as pipe:
                shutil.copyfileobj(pipe, spool, BUFFER_BYTES)
            spool.flush()
        except OSError as error:
            spool.close()
            raise self._unreadable(error) from error
        except BaseException:
            spool.close()
            raise
        return spool

    def _magic(self) -> str:
        with self.open_raw() as raw:
            head = raw.read(8)
        return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "")

    def _now(self) -> tuple[Any, ...] | None:
        if self.remote is not None:
            return self.remote.now() or None
        if self.piped or self.folder:
            return None
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    @property
    def state(self) -> str:
        """Names the file as it is now; '' for a pipe, a folder, several, and a file of the last moments."""
        if len(self.parts) > 1 or not self._stamp:
            return ""
        if self.remote is not None:
            return f"{self.name} {self._stamp}" if len(self._stamp) > 1 else ""
        return f"{self.path.resolve()} {self._stamp}" if time.time_ns() - self._stamp[0] > _SETTLED_NS else ""

    def open_raw(self) -> BinaryIO:
        """The bytes as they lie there; seekable. Raises InputError."""
        if self._spool is not None:
            return io.BufferedReader(_Spooled(self._spool, self._lock), BUFFER_BYTES)
        try:
            if self.remote is not None:
                stream = self.remote.open()
            else:
                stream = open(self.path, "rb", buffering=BUFFER_BYTES)  # noqa: SIM115  (the caller closes)
            if self._now() != self._stamp:
                stream.close()
                raise InputError(
                    "the file changed since it was first read",
                    file=self.name,
                    hint="run the same command again: what has been settled is kept",
                )
        except OSError as error:
            raise self._unreadable(error) from error
        return stream

    def open(self) -> BinaryIO:
        """The decompressed bytes. Reading raises InputError where they are damaged or end early."""
        raw = self.open_raw()
        return io.BufferedReader(_Guarded(raw, self), BUFFER_BYTES)

    def open_text(self) -> tuple[BinaryIO, int]:
        """As `open`, for UTF-8: a byte order mark is skipped, other encodings are refused.

        The second value is the number of bytes skipped.
        """
        stream = self.open()
        try:
            head = stream.peek(8)[:8]  # type: ignore[attr-defined]
            self._refuse_other_encodings(head)
        except BaseException:
            stream.close()
            raise
        skipped = len(stream.read(len(_UTF8_BOM))) if head.startswith(_UTF8_BOM) else 0
        return stream, skipped

    def lines(self, stream: BinaryIO) -> Iterator[bytes]:
        """Line by line. Raises InputError for one that is larger than a record may be."""
        number = 0
        while line := stream.readline(self.max_record + 1):
            number += 1
            if len(line) > self.max_record:
                raise self.too_large(f"line {number}")
            yield line

    def too_large(self, row: str) -> InputError:
        """The error for a record that is larger than `max_record`."""
        return InputError(
            f"the record is larger than {self.max_record:,} bytes",
            file=self.name,
            row=row,
            hint="if it is meant to be, raise --max-record; it takes several times as much memory",
        )

    def _refuse_other_encodings(self, head: bytes) -> None:
        for magic, name in _MAGIC.items():
            if head.startswith(magic):
                suffix = next(key for key, value in _COMPRESSIONS.items() if value == name)
                raise InputError(
                    f"the file is compressed with {name}",
                    file=self.name,
                    hint=f"give its name the suffix {suffix}",
                )
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
            raise InputError(
                "the text is not UTF-8 but UTF-16 or UTF-32",
                file=self.name,
                hint="convert it: iconv -f UTF-16 -t UTF-8 FILE",
            )

    def not_utf8(self, data: bytes, row: str, offset: int) -> InputError | None:
        """The error for bytes that are not UTF-8, None where they are; `offset` is theirs in the file."""
        try:
            data.decode()
        except UnicodeDecodeError as error:
            return InputError(
                f"byte {offset + error.start} (0x{data[error.start]:02x}) is not UTF-8: {error.reason}",
                file=self.name,
                row=row,
                hint="convert the file, e.g.: iconv -f LATIN1 -t UTF-8 FILE",
            )
        return None

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", file=self.name)

    def close(self) -> None:
        """Remove the temporary file, if there is one. May be called twice."""
        for part in self.parts:
            if part._spool is not None:
                part._spool.close()


def _standard_input() -> contextlib.AbstractContextManager[BinaryIO]:
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("there is none", file="standard input")
    return contextlib.nullcontext(sys.stdin.buffer)  # it is not ours to close


class _Spooled(io.RawIOBase):
    """One of several readers of a shared temporary file."""

    def __init__(self, shared: BinaryIO, lock: threading.Lock) -> None:
        self._shared, self._lock, self._place = shared, lock, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._lock:
            if whence == io.SEEK_CUR:
                offset, whence = offset + self._place, io.SEEK_SET
            self._place = self._shared.seek(offset, whence)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with self._lock:
            self._shared.seek(self._place)
            count: int = self._shared.readinto(buffer)  # type: ignore[attr-defined]
        self._place += count
        return count


class _Guarded(io.RawIOBase):
    """Decompresses, and says in our words what is wrong with the bytes."""

    def __init__(self, raw: BinaryIO, source: DataFile) -> None:
        self._raw, self._source = raw, source
        self._inner = decompressed(raw, source.compression)
        self._begun = False
        self._damage = damage_of(source.compression)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        compression, name = self._source.compression, self._source.name
        try:
            if compression and not self._begun and not self._raw.peek(1):  # type: ignore[attr-defined]
                raise EOFError  # of no bytes at all gzip and zstd make no data, without a word
            self._begun = True
            data = self._inner.read(len(buffer))
        except EOFError:
            raise InputError(
                f"the {compression} data ends early: the file is cut off",
                file=name,
                hint="copy or download it again",
            ) from None
        except self._damage as error:
            raise InputError(f"the {compression} data is damaged: {error}", file=name) from error
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", file=name) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            self._inner.close()
        self._raw.close()
        super().close()
