"""The table of formats, and what a format does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, runtime_checkable

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.source import DataFile, strip_compression
from rtlglot.records import Json
from rtlglot.registry import Table
from rtlglot.stores.remote import RemoteFile, is_url, matching
from rtlglot.stores.store import store_at

FORMATS = Table(
    "format",
    {
        "csv": "rtlglot.formats.delimited:Csv",
        "json": "rtlglot.formats.jsondoc:JsonDocument",
        "jsonl": "rtlglot.formats.jsonl:JsonLines",
        "parquet": "rtlglot.formats.parquet:Parquet",
        "tsv": "rtlglot.formats.delimited:Tsv",
        "verilog": "rtlglot.formats.verilog_files:VerilogFiles",
    },
    extras={
        "parquet": ("pyarrow", "parquet"),
    },
)

FOLDER_FORMAT = "verilog"
"""The format of every folder, and of files that hold Verilog and nothing else."""


class Record(NamedTuple):
    """One record as its container holds it."""

    number: int
    """1-based line where the container has lines, else place."""
    where: str
    """For people: 'line 17', "entry 'x1'", 'fifo.v'."""
    key: str | None
    """The id that the container gives: a key, a file's relative path."""
    fields: dict[str, Json]
    flaw: InputError | None = None
    """Why this record, and no other, cannot be used; its fields are for people then."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a writer takes over from the input."""

    keyed: bool = False
    """JSON: an object by id, not a list."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """Parquet: the column types of the input, by field."""


class RowWriter(Protocol):
    """Takes the rows of one file."""

    keyed: bool
    """Whether the id is a key of the container; else it is a field."""

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """Raises TypeError for a value that the format cannot hold."""

    def finish(self) -> None:
        """Write what is still due. The file itself is closed by whoever opened it."""

    def close(self) -> None:
        """Free everything, also without `finish`. May be called twice."""


@runtime_checkable
class Format(Protocol):
    """What every format does. It is made without arguments."""

    suffixes: tuple[str, ...]
    """Ends of the names of files that hold it, lower case with the dot."""
    seeks: bool
    """Whether it is read by seeking: then it cannot be compressed as a whole."""

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        """What a writer takes over from that input. `new_names`: name in the file -> name in rows."""

    def read(self, source: DataFile) -> Iterator[Record]:
        """All records, in order, in memory one at a time. Raises InputError with the place."""

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> RowWriter:
        """Start a file; temporary files may lie in the folder `scratch`.

        Raises UsageError where the format cannot be written.
        """


@runtime_checkable
class SkippingFormat(Format, Protocol):
    """A format that gets to a record without unfolding those before it."""

    def read_from(self, source: DataFile, start: int) -> Iterator[Record]:
        """As `read`, without the first `start` records."""


def load_format(name: str, path: str | os.PathLike[str] = "") -> Format:
    """The format of that name, ready to use for that path.

    Raises UsageError for an unknown format, one whose package is missing, and one that cannot be
    compressed as a whole where the path's suffix says that it is.
    """
    made = FORMATS.load(name)()
    if not isinstance(made, Format):
        raise UsageError(f"{name!r} is no format", hint="it needs suffixes, seeks, shape, read and write")
    if not FORMATS.installed(name):
        raise UsageError(
            f"the format {name!r} needs a package that is not installed", hint=FORMATS.install_hint(name)
        )
    stem, compression = strip_compression(os.fspath(path))
    if compression and made.seeks:
        raise UsageError(
            f"{os.fspath(path)}: {name} is not compressed with {compression} as a whole",
            hint=f"{name} compresses within; name the file {os.path.basename(stem)}",
        )
    return made


def data_files(path: str) -> list[str]:
    """The files of an input on a cluster: itself, those that a URL's pattern matches, or those of a folder
    whose names tell a format. Raises UsageError, InputError."""
    found = matching(path)
    if found != [path] or not (RemoteFile(path).folder if is_url(path) else Path(path).is_dir()):
        return found
    ends = tuple(end for name in FORMATS for end in FORMATS.load(name).suffixes)
    names = store_at(path).names()
    files = [n for n in names if n[0] not in "._" and strip_compression(n)[0].lower().endswith(ends)]
    if not files:
        raise UsageError(f"{path} has no file of data in it", hint=f"names end in {', '.join(ends)}")
    return [f"{path.rstrip('/')}/{name}" for name in files]


def format_of(path: str | os.PathLike[str]) -> str:
    """The name of the format that a path's suffix tells, compression stripped.

    Raises UsageError where it does not tell.
    """
    name = strip_compression(os.fspath(path))[0].lower()
    known: list[str] = []
    for format_name in FORMATS:
        suffixes: tuple[str, ...] = FORMATS.load(format_name).suffixes
        if name.endswith(suffixes):
            return format_name
        known += suffixes
    raise UsageError(
        f"the name {os.fspath(path)!r} does not tell its format",
        hint=f"known: {', '.join(known)}, with .gz, .zst or .xz after it or not; or say --format",
    )
