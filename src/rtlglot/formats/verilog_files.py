"""Verilog in files of its own: one row per .v and .sv file, of a folder all. Read only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.source import DataFile, strip_compression
from rtlglot.formats.table import Record, RowWriter, Shape
from rtlglot.formats.values import NOT_UTF8, sound

_SUFFIXES = (".v", ".sv")


def is_verilog(path: str) -> bool:
    """Whether a file's name says that it holds Verilog, compressed or not."""
    return strip_compression(path)[0].lower().endswith(_SUFFIXES)


class VerilogFiles:
    """Reads files one by one, and folders with those within them.

    The fields are `verilog`, the text, and `path`: of a folder's file relative to it, with '/'. The path is
    the id, and a folder's rows are sorted by it. Hidden files and folders are skipped, links to folders
    and links that lead out of the folder are not followed.
    """

    suffixes: tuple[str, ...] = ()
    seeks = False

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """Nothing to take over."""
        return Shape()

    def read(self, source: DataFile) -> Iterator[Record]:
        """One record per file. InputError names one that is not UTF-8, too large, or cannot be read."""
        number = 0
        for part in source.parts:
            for path, text, flaw in _texts(part, within=len(source.parts) > 1):
                number += 1
                yield Record(number, path, path, {"verilog": text, "path": path}, flaw)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> RowWriter:
        """Always UsageError."""
        raise UsageError("Verilog files can only be read", hint="write to .json, .jsonl, .csv …")


_Text = tuple[str, str, InputError | None]
"""Path, text, and why it cannot be used."""


def _texts(part: DataFile, *, within: bool) -> Iterator[_Text]:
    """Of each file; `within` puts the folder's own path before those of its files."""
    if not part.folder:
        stream, skipped = part.open_text()
        with stream:
            yield _decoded(part, stream.read(part.max_record + 1), part.name, skipped)
        return
    prefix = f"{part.name.rstrip('/')}/" if within else ""
    path = ""
    walked = part.remote.names() if part.remote else _walk(part.path, "", os.path.realpath(part.path))
    for path in (name for name in walked if name.lower().endswith(_SUFFIXES)):
        _, text, flaw = _text(part, path)
        yield prefix + path, text, flaw
    if not path:
        raise InputError("there is no .v or .sv file in the folder", file=part.name)


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


def _text(source: DataFile, path: str) -> _Text:
    file = source.path / path
    try:
        path.encode()
        with source.remote.open(path) if source.remote else file.open("rb") as stream:
            data = stream.read(source.max_record + 1)
    except UnicodeEncodeError:
        raise InputError("the file's name is not UTF-8", file=repr(str(file)), hint="rename it") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=str(file)) from error
    return _decoded(source, data, path, 0)


def _decoded(source: DataFile, data: bytes, path: str, skipped: int) -> _Text:
    if len(data) > source.max_record:
        raise source.too_large(path)
    text = data.decode("utf-8-sig", "surrogateescape")
    if (bad := NOT_UTF8.search(text)) is None:
        return path, text, None
    row = f"{path} line {text.count(chr(10), 0, bad.start()) + 1}"
    return path, sound(text), source.not_utf8(data, row, skipped)
