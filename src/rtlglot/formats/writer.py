"""Writer: rows to one file, in the format that its suffix tells."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from types import TracebackType

from rtlglot.errors import OutputError
from rtlglot.formats.dataset import Dataset
from rtlglot.formats.sink import open_sink
from rtlglot.formats.table import RowWriter, Shape, format_of, load_format
from rtlglot.records import Json


def open_writer(
    path: str | os.PathLike[str],
    like: Dataset | None = None,
    *,
    format: str | None = None,
    keyed: bool = False,
) -> Writer:
    """A writer for `path`: a context manager that puts the whole file in place when its block ends.

    `like` is the dataset that the rows come from: a JSON document gets its shape (object by id, or
    list), a Parquet file its column types. Without one, `keyed` makes a JSON document an object by id.
    Raises UsageError, OutputError.
    """
    shape = Shape(keyed=keyed) if like is None else like.shape
    return Writer(path, like, format or format_of(path), shape)


class Writer:
    """Writes rows; see `open_writer`."""

    def __init__(self, path: str | os.PathLike[str], like: Dataset | None, format: str, shape: Shape) -> None:
        self._path, self._like = os.fspath(path), like
        self._format = load_format(format)
        self._shape = shape
        self._stack = contextlib.ExitStack()
        self._rows: RowWriter | None = None

    def __enter__(self) -> Writer:
        out = self._stack.enter_context(open_sink(self._path))
        try:
            self._rows = self._format.write(out, self._shape)
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, id_: str, fields: Mapping[str, Json]) -> None:
        """Add a row. `fields` is all that is written.

        Where the id is not a key of the container, a row without a field `id` gets one in front; where it
        is, an `id` among the fields that the input's rows do not have is left out.
        Raises OutputError, naming the file and the row.
        """
        assert self._rows is not None, "write within `with`"
        if self._shape.keyed and self._like is not None and "id" in fields and "id" not in self._like.columns:
            fields = {name: value for name, value in fields.items() if name != "id"}
        try:
            self._rows.write(id_, fields)
        except (TypeError, ValueError, RecursionError) as error:
            raise OutputError(f"{self._path}: row {id_!r} cannot be written: {error}") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._rows is not None:
            try:
                self._rows.finish()
            except BaseException as failure:
                self._stack.__exit__(type(failure), failure, failure.__traceback__)
                raise
        self._stack.__exit__(kind, error, trace)
