"""Remote files: URLs that fsspec opens (s3://, gs://, …). The one place that imports it.

Credentials come from where the store's own tools look for them, and nothing tells them: a URL that holds
some is refused, and what a store says is told without them.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from rtlglot.errors import InputError, OutputError, RtlglotError, UsageError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PATTERN = re.compile(r"[*?[]")
_BLOCK_BYTES = 8 << 20
_BUFFER_BYTES = 1 << 20
_AT_ONCE = 32
"""Objects that are asked for side by side."""
_WHOLE = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"})
"""Stores in which an object is there when all of it is."""
_SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL")
_HINT = "credentials are looked for where the store's own tools do, for S3: AWS_PROFILE, ~/.aws, a role"


def is_url(path: str) -> bool:
    """Whether it names something that is not on this machine's disks."""
    return _URL.match(path) is not None


def here(output: str, folder: str = "") -> Path:
    """Where an output is written on this machine: a URL's last name in `folder` (default: the current one),
    with the ledger and all that goes beside it; a path is itself."""
    if not is_url(output):
        return Path(output)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder, output.rstrip("/").rpartition("/")[2])


def beside(url: str, file: Path) -> str:
    """The URL of a file of ours in the folder of another."""
    return f"{url.rpartition('/')[0]}/{file.name}"


def matching(path: str) -> list[str]:
    """The URLs of the files that a URL with *, ? or [ in it matches, sorted; else the path itself. Raises
    InputError where nothing matches."""
    if not (is_url(path) and _PATTERN.search(path)):
        return [path]
    with _explained(path, InputError):
        fs, pattern = _filesystem(path)
        fs.invalidate_cache()
        found = [fs.unstrip_protocol(each) for each in fs.glob(pattern)]
    if not found:
        raise InputError("no file matches", file=path)
    return sorted(found)


class RemoteFile:
    """A file or a folder at a URL."""

    def __init__(self, url: str) -> None:
        """Raises InputError where there is nothing, or it cannot be asked."""
        self._url = url
        with _explained(url, InputError):
            self._fs, self._path = _filesystem(url)
            self.folder = bool(self._fs.isdir(self._path)) and not self._fs.isfile(self._path)
        self.stamp = self.now()

    def now(self) -> tuple[Any, ...]:
        """Names its state; raises InputError where it is gone."""
        if self.folder:
            return ()
        with _explained(self._url, InputError):
            self._fs.invalidate_cache()
            info: Mapping[str, Any] = self._fs.info(self._path)
        known = ("ETag", "etag", "md5Hash", "LastModified", "mtime")
        return (info.get("size"), *(str(info[name]) for name in known if info.get(name)))

    def open(self, name: str = "") -> BinaryIO:
        """The bytes, block by block, or of a file within the folder; seekable."""
        path = f"{self._path.rstrip('/')}/{name}" if name else self._path
        with _explained(self._url, InputError):
            file = self._fs.open(path, "rb", block_size=_BLOCK_BYTES)
        return io.BufferedReader(_Raw(file, self._url), _BUFFER_BYTES)

    def names(self) -> list[str]:
        """Of all files within the folder, hidden ones left out."""
        with _explained(self._url, InputError):
            prefix = self._fs._strip_protocol(self._path).rstrip("/") + "/"
            found = [str(path).removeprefix(prefix) for path in self._fs.find(self._path)]
        return sorted(name for name in found if not any(part.startswith(".") for part in name.split("/")))


@contextlib.contextmanager
def copied(path: str) -> Iterator[Path]:
    """A path; while it is used, a copy of the file or folder that a URL names. Raises InputError."""
    if not is_url(path):
        yield Path(path)
        return
    file = RemoteFile(path)
    with tempfile.TemporaryDirectory(prefix="rtlglot-") as made:
        copy = here(path, made)
        for name in file.names() if file.folder else [""]:
            target = Path(f"{copy}/{name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(name) as read, target.open("wb") as write:
                shutil.copyfileobj(read, write)
        yield copy


class _Raw(io.RawIOBase):
    """An fsspec file that says in our words what is wrong."""

    def __init__(self, file: Any, url: str) -> None:
        self._file, self._url = file, url

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _explained(self._url, InputError):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class RemoteStore:
    """Files in a folder at a URL; see `store.Store`."""

    def __init__(self, url: str) -> None:
        """Raises UsageError."""
        self.place = url
        with _explained(url, InputError):
            self._fs, path = _filesystem(url)
        self._path = path.rstrip("/")

    def names(self, within: str = "") -> list[str]:
        path = f"{self._path}/{within}".rstrip("/")
        with _explained(self.place, InputError):
            self._fs.invalidate_cache()
            try:
                found = self._fs.ls(path, detail=False)
            except FileNotFoundError:
                return []
        return sorted(filter(None, (str(each).rstrip("/").rpartition("/")[2] for each in found)))

    def read(self, name: str) -> bytes | None:
        return dict(self.read_each([name]))[name]

    def read_each(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        left = iter(names)
        while some := {f"{self._path}/{name}": name for name in islice(left, _AT_ONCE)}:
            with _explained(self.place, InputError):
                found = self._fs.cat(list(some), on_error="return")
                for data in found.values():
                    if isinstance(data, Exception) and not isinstance(data, FileNotFoundError):
                        raise data
            for path, name in some.items():
                yield name, found[path] if isinstance(found[path], bytes) else None

    def put(self, name: str, data: Iterable[bytes]) -> None:
        path = f"{self._path}/{name}"
        draft = _draft(self.place, path)
        with _explained(f"{self.place}/{name}", OutputError):
            if draft != path:
                self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(draft, b"".join(data))
            if draft != path:
                self._fs.mv(draft, path)

    def remove(self, name: str) -> None:
        with _explained(f"{self.place}/{name}", OutputError), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(f"{self._path}/{name}")

    def clear(self, within: str) -> None:
        with _explained(f"{self.place}/{within}", OutputError), contextlib.suppress(FileNotFoundError):
            self._fs.rm(f"{self._path}/{within}", recursive=True)


def refuse_existing(url: str) -> None:
    """Raises UsageError where something is there already, OutputError where that cannot be asked."""
    with _explained(url, OutputError):
        fs, path = _filesystem(url)
        there = fs.exists(path)
    if there:
        raise UsageError(
            f"{url} exists, and there is no ledger here that says that rtlglot wrote it",
            hint="run it where its ledger is, name another --output, or add --existing replace",
        )


def upload(files: Sequence[Path], url: str) -> None:
    """Put files beside what `url` names, under their own names, each whole or not at all; what has no file
    here any more is removed there. Raises OutputError: what was there stays, and the files stay here."""
    for file in files:
        target = beside(url, file)
        try:
            with _explained(target, OutputError):
                _put(file, target)
        except OutputError as error:
            error.hint = f"all of it is in {file.parent.resolve()}: the same command uploads it. {_HINT}"
            raise


def _put(file: Path, target: str) -> None:
    fs, path = _filesystem(target)
    if not file.exists():
        if fs.exists(path):
            fs.rm_file(path)
        return
    draft = _draft(target, path)
    fs.put_file(str(file), draft)
    if draft != path:
        fs.mv(draft, path)
    fs.invalidate_cache()
    if (size := fs.info(path)["size"]) != file.stat().st_size:
        raise OSError(f"{size:,} bytes arrived of {file.stat().st_size:,}")


def _draft(url: str, path: str) -> str:
    """Where a file is written before it is moved to its path: there itself where a store takes it whole."""
    return path if url.partition(":")[0].lower() in _WHOLE else f"{path}.{secrets.token_hex(4)}.tmp"


def _filesystem(url: str) -> tuple[Any, str]:
    """Raises UsageError where it is not installed, or the URL holds a secret."""
    parts = urlsplit(url)
    if "@" in parts.netloc or (parts.query and parts.scheme.startswith("http")):
        raise UsageError("a URL with credentials in it would be in the ledger and in logs", hint=_HINT)
    try:
        from fsspec.core import url_to_fs

        fs, path = url_to_fs(url)
    except ImportError as error:
        hint = "pip install 'rtlglot[remote]', or the package of fsspec that opens it"
        raise UsageError(f"{url} needs a package that is not installed: {error}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"{url}: {error}", hint="s3://BUCKET/NAME, gs://BUCKET/NAME, …") from error
    return fs, path


@contextlib.contextmanager
def _explained(url: str, kind: type[InputError] | type[OutputError]) -> Iterator[None]:
    """Whatever a store's library raises, in our words and without secrets."""
    try:
        yield
    except RtlglotError:
        raise
    except Exception as error:  # noqa: BLE001 - each store has errors of its own
        raise _error(url, kind, error) from None  # a cause may tell what the message does not


def _error(url: str, kind: type[InputError] | type[OutputError], error: Exception) -> RtlglotError:
    told, hint = _told(error), ""
    if isinstance(error, FileNotFoundError):
        told = "no such file, folder or bucket"
    elif "expired" in told.lower():
        told, hint = f"the credentials have expired: {told}", f"renew them, and run it again. {_HINT}"
    elif "Credentials" in type(error).__name__ or isinstance(error, PermissionError):
        told, hint = f"access is denied, or there are no credentials: {told}", _HINT
    said = f"cannot be {'read' if kind is InputError else 'written'}: {told}"
    if kind is InputError:
        return InputError(said if told[:2] != "no" else told, file=url, hint=hint)
    return OutputError(f"{url}: {said}", hint=hint)


def _told(error: Exception) -> str:
    """What an error says, without what the environment keeps secret."""
    text = " ".join(f"{error}".split())[:300] or type(error).__name__
    for name, value in os.environ.items():
        if _SECRET.search(name.upper()) and len(value) > 7:
            text = text.replace(value, "…")
    return text
