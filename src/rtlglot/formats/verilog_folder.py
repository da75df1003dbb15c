"""A folder of Verilog: one row per .v and .sv file. Read only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import Record, RowWriter, Shape

_SUFFIXES = (".v", ".sv")


class VerilogFolder:
    """Reads a folder and those within it.

    The fields are `verilog`, the text, and `path`, relative to the folder, with '/'. The path is the id,
    and the rows are sorted by it. Hidden files and folders are skipped, links to folders and links that
    lead out of the folder are not followed.
    """

    suffixes: tuple[str, ...] = ()
    seeks = False

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """Nothing to take over."""
        return Shape()

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per file. InputError names a file that is not UTF-8 or cannot be read."""
        if not source.folder:
            raise InputError("is no folder", file=source.name)
        number = 0
        for number, path in enumerate(_walk(source.path, "", os.path.realpath(source.path)), 1):
            text = _text(source, path)
            yield Record(number, path, path, {"verilog": text, "path": path})
        if not number:
            raise InputError("there is no .v or .sv file in the folder", file=source.name)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> RowWriter:
        """Always UsageError."""
        raise UsageError("a folder of Verilog can only be read", hint="write to .json, .jsonl, .csv …")


def _walk(folder: Path, prefix: str, root: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = [entry for entry in scan if not entry.name.startswith(".")]
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(folder)) from error
    # With the '/' of a folder counted, the order within folders is the order of whole paths.
    names = {entry.name + "/" * entry.is_dir(follow_symlinks=False): entry for entry in entries}
    for name, entry in sorted(names.items(), key=lambda item: os.fsencode(item[0])):
        if name.endswith("/"):
            yield from _walk(folder / entry.name, prefix + name, root)
        elif name.lower().endswith(_SUFFIXES) and entry.is_file() and _is_within(entry, root):
            yield prefix + name


def _is_within(entry: os.DirEntry[str], root: str) -> bool:
    if not entry.is_symlink():
        return True
    return os.path.commonpath([root, os.path.realpath(entry.path)]) == root


def _text(source: DataFile, path: str) -> str:
    file = source.path / path
    try:
        path.encode()
        data = file.read_bytes()
    except UnicodeEncodeError:
        raise InputError("the file's name is not UTF-8", file=repr(str(file)), hint="rename it") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise source.not_utf8(error, row=f"{path} line {line}", offset=0) from None
