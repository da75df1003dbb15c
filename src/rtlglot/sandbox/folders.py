"""The folders that runs have for themselves."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def fresh(folder: str) -> Iterator[str]:
    """A new folder, gone at the end with all that is in it."""
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        clear(folder)


@contextlib.contextmanager
def inside(folder: str) -> Iterator[None]:
    """Work in a folder for a while; where one worked before may be gone by then."""
    before = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def clear(folder: str) -> None:
    """Remove a folder that nobody writes to any more. A usual run leaves a file or two in it."""
    try:
        for name in os.listdir(folder):
            os.unlink(f"{folder}/{name}")
        os.rmdir(folder)
    except OSError:
        import shutil  # with all that it imports: not before something asks for it

        shutil.rmtree(folder, ignore_errors=True)
