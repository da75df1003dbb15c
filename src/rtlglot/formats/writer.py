"""Writer: rows to one file, in the format that its suffix tells."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from pickle import PicklingError
from types import TracebackType
from typing import BinaryIO

from rtlglot.errors import OutputError
from rtlglot.formats.dataset import Dataset
from rtlglot.formats.sink import open_sink, unwritable
from rtlglot.formats.table import RowWriter, Shape, format_of, load_format
from rtlglot.records import Json

_UNWRITABLE = (TypeError, ValueError, NotImplementedError, RecursionError, PicklingError)
"""What formats raise for a value that is not JSON, or that their library cannot write."""


def open_writer(
    path: str | os.PathLike[str],
    like: Dataset | None = None,
    *,
    format: str | None = None,
    keyed: bool = False,
    with_id: bool = True,
) -> DatasetWriter:
    """A writer for `path`: a context manager that puts the whole file in place when its block ends.

    `like` is the dataset that the rows come from: a JSON document gets its shape (object by id, or
    list), a Parquet file its column types. Without one, `keyed` makes a JSON document an object by id.
    `with_id` False leaves rows without an `id` as they are, for files that others read.
    Raises UsageError, OutputError.
    """
    shape = Shape(keyed=keyed) if like is None else like.shape
    return DatasetWriter(path, like, format or format_of(path), shape, with_id=with_id)


class DatasetWriter:
    """Writes rows; see `open_writer`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        like: Dataset | None,
        format: str,
        shape: Shape,
        *,
        with_id: bool = True,
    ) -> None:
        self._path, self._like, self._with_id = os.fspath(path), like, with_id
        self._format = load_format(format, path)
        self._shape = shape
        self._stack = contextlib.ExitStack()
        self._rows: RowWriter | None = None

    def __enter__(self) -> DatasetWriter:
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(open_sink(self._path))
            self._rows = stack.enter_context(self._started(out))
            self._stack = stack.pop_all()
        return self

    @contextlib.contextmanager
    def _started(self, out: BinaryIO) -> Iterator[RowWriter]:
        target = Path(os.path.realpath(self._path))
        direct = target.exists() and not target.is_file()  # a device or a pipe
        scratch = Path(tempfile.gettempdir()) if direct else target.parent
        with self._explained():
            rows = self._format.write(out, self._shape, scratch)
        with contextlib.closing(rows):
            yield rows
            with self._explained():
                rows.finish()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unwritable(self._path, error) from error
        except _UNWRITABLE as error:
            raise OutputError(f"{self._path}: a row cannot be written: {error}") from error

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """Add a row. `fields` is all that is written.

        Where the id is a field, a row that has none called `id` gets it in front. Where the id is a key, an
        `id` among the fields is left out unless the rows of the input have one.
        Raises OutputError, naming the file and the row.
        """
        assert self._rows is not None, "write within `with`"
        if not self._rows.keyed:
            if self._with_id and "id" not in fields:
                fields = {"id": id_, **fields}
        elif "id" in fields and self._like is not None and "id" not in self._like.columns:
            fields = {name: value for name, value in fields.items() if name != "id"}
        try:
            self._rows.write(id_, fields)
        except OSError as error:
            raise unwritable(self._path, error) from error
        except _UNWRITABLE as error:
            raise OutputError(f"{self._path}: row {id_!r} cannot be written: {error}") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
