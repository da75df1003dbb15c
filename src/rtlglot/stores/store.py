"""Folders in which each file is there whole or not at all, on this machine's disks or at a URL."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from rtlglot.stores.remote import RemoteStore, is_url


class Store(Protocol):
    """What both kinds do. Names are relative, with '/'."""

    place: str
    """Where it is, as it was given."""

    def names(self, within: str = "") -> list[str]:
        """Of what is directly in it, or in a folder within it, hidden or not; [] where there is no folder."""

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None where there is no such file."""

    def read_each(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """As `read`, of many, with their names."""

    def put(self, name: str, data: Iterable[bytes]) -> None:
        """Write a file, in the place of an older one; unfinished ones end in `.tmp`."""

    def remove(self, name: str) -> None:
        """A file, where it is there."""

    def clear(self, within: str) -> None:
        """A folder within it, with all that it holds."""


def store_at(place: str | os.PathLike[str]) -> Store:
    """The one at a path or URL, whether it is there yet or not. Raises InputError, UsageError."""
    name = os.fspath(place)
    return RemoteStore(name) if is_url(name) else LocalStore(name)


def holds(place: str | os.PathLike[str], name: str) -> bool:
    """Whether a place is a folder with a file of that name in it."""
    return (is_url(os.fspath(place)) and name in store_at(place).names()) or Path(place, name).is_file()


class LocalStore:
    """See `Store`."""

    def __init__(self, place: str) -> None:
        self.place, self._path = place, Path(place)

    def names(self, within: str = "") -> list[str]:
        try:
            return sorted(os.listdir(self._path / within))
        except FileNotFoundError:
            return []

    def read(self, name: str) -> bytes | None:
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None

    def read_each(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        return ((name, self.read(name)) for name in names)

    def put(self, name: str, data: Iterable[bytes]) -> None:
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with open(temporary, "xb") as file:
                file.writelines(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        (self._path / name).unlink(missing_ok=True)

    def clear(self, within: str) -> None:
        shutil.rmtree(self._path / within, ignore_errors=True)
