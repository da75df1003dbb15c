"""Sink: one output file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import OutputError
from rtlglot.formats.decompress import BUFFER_BYTES
from rtlglot.formats.source import strip_compression

if sys.platform != "win32":
    import fcntl


_OPEN: set[str] = set()
"""This process's own temporary files. Its number tells nothing: in a container the next one has it, too."""


@contextlib.contextmanager
def open_sink(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file to write to, compressed as the suffix says.

    It is written under a temporary name beside the path, synced and renamed when the block ends; the old
    file's mode is kept, and where the block raises, the old file stays untouched. A device or a pipe is
    written to directly. Raises OutputError.
    """
    name = os.fspath(path)
    target = Path(os.path.realpath(name))
    passing: list[BaseException] = []
    with _explained(name, passing):
        _refuse_unwritable(name, target)
        if target.exists() and not target.is_file():
            with open(target, "wb", buffering=BUFFER_BYTES) as device, _compressed(device, name) as out:
                yield from _noted(out, passing)
            return
        _remove_stale(target)
        temporary = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
        _OPEN.add(str(temporary))
        try:
            with open(temporary, "xb", buffering=BUFFER_BYTES) as file:
                _lock(file)
                with _compressed(file, name) as out:
                    yield from _noted(out, passing)
                file.flush()
                if target.exists():
                    os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
                os.fsync(file.fileno())
                os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        finally:
            _OPEN.discard(str(temporary))
        _sync_folder(target.parent)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise OutputError where a file could not be written to `path`. Changes nothing."""
    name = os.fspath(path)
    target = Path(os.path.realpath(name))
    with _explained(name):
        _refuse_unwritable(name, target)
        if not target.exists() or target.is_file():
            trial = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
            with open(trial, "xb"):
                trial.unlink()


def refuse_link(path: Path) -> None:
    """Raise OutputError where a file whose name nobody gave is a link: it leads to who knows what."""
    if path.is_symlink():
        raise OutputError(
            f"{path} is a symbolic link, and its target would be written",
            hint="remove the link, or name another output",
        )


def _refuse_unwritable(name: str, target: Path) -> None:
    if target.is_dir():
        raise OutputError(f"{name}: is a folder", hint="name a file in it")
    if not target.parent.is_dir():
        raise OutputError(f"{name}: there is no folder {target.parent}", hint=f"mkdir -p {target.parent}")
    as_effective_user = os.access in os.supports_effective_ids
    if target.exists() and not os.access(target, os.W_OK, effective_ids=as_effective_user):
        raise OutputError(f"{name}: the file is read-only", hint=f"chmod u+w {name}, or name another file")


def _noted(out: BinaryIO, passing: list[BaseException]) -> Iterator[BinaryIO]:
    # Remembers what the user's own block raises: it must pass through as it is.
    try:
        yield out
    except BaseException as error:
        passing.append(error)
        raise


@contextlib.contextmanager
def _explained(name: str, passing: Sequence[BaseException] = ()) -> Iterator[None]:
    """Turn an OSError that is not `passing` into an OutputError for the file `name`."""
    try:
        yield
    except OSError as error:
        if error in passing:
            raise
        raise unwritable(name, error) from error


def unwritable(name: str, error: OSError) -> OutputError:
    """The error for a file that the system does not let us write."""
    return OutputError(
        f"{name}: cannot be written: {error.strerror or error}",
        hint="the file that was there before is untouched",
    )


@contextlib.contextmanager
def _compressed(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    compression = strip_compression(name)[1]
    if not compression:
        yield file
        return
    with _compressor(file, compression) as packed, io.BufferedWriter(packed, BUFFER_BYTES) as out:
        yield out


def _compressor(file: BinaryIO, compression: str) -> io.RawIOBase:
    if compression == "gzip":
        # No name and no time inside: the same rows give the same bytes.
        return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)  # type: ignore[return-value]
    if compression == "xz":
        return lzma.LZMAFile(file, "wb")  # type: ignore[return-value]
    import zstandard

    return zstandard.ZstdCompressor(write_checksum=True).stream_writer(file, closefd=False)  # type: ignore[return-value]


def _lock(file: BinaryIO) -> None:
    # Held until the file is closed, also by kill -9: what is unlocked is left over. See _remove_stale.
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_stale(target: Path) -> None:
    """Remove what killed processes left of earlier tries to write the same file."""
    if sys.platform == "win32":
        return
    ours = re.compile(rf"\.{re.escape(target.name)}\.\d+-[0-9a-f]{{8}}\.tmp")
    with os.scandir(target.parent) as entries:
        found = [entry.path for entry in entries if ours.fullmatch(entry.name)]
    for path in found:
        if path in _OPEN:
            continue  # a process does not see its own lock
        with contextlib.suppress(OSError), open(path, "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
