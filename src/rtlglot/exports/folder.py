"""A Hugging Face dataset folder: data/SPLIT-*.parquet and the card, put in place at once."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rtlglot.errors import OutputError, UsageError
from rtlglot.exports.example import TRAIN, VALIDATION
from rtlglot.exports.spec import ExportSpec, ExportSummary
from rtlglot.exports.write import Output
from rtlglot.formats import open_writer
from rtlglot.records import Json

SHARD_BYTES = 400 << 20
"""In memory; the hub asks for files of some hundred megabytes."""
_BATCH_ROWS = 1_000
_GROUP_ROWS = 10_000
MARK = "<!-- written by rtlglot export -->"
"""In the card of every folder that is ours to replace."""

CardOf = Callable[[ExportSummary], str]


class Folder:
    """The folder of a Hugging Face dataset."""

    def __init__(self, spec: ExportSpec, card: CardOf) -> None:
        """`card` is asked for the README last. Raises UsageError, OutputError."""
        self._path, self._card = Path(spec.path), card
        self._sides = (TRAIN, VALIDATION) if spec.split else (TRAIN,)
        _need_pyarrow()
        if self._path.exists():
            _refuse_to_replace(self._path, asked=spec.existing == "replace")
        if not self._path.absolute().parent.is_dir():
            raise OutputError(f"{self._path}: there is no folder {self._path.parent}")

    @contextlib.contextmanager
    def open(self) -> Iterator[Output]:
        """Written beside the path and renamed; where the block raises, nothing is put in place."""
        target = self._path.absolute()
        _remove_stale(target)
        made = target.with_name(f".{target.name}.{_here()}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
        try:
            (made / "data").mkdir(parents=True)
            all_rows = made / "all.parquet"
            with open_writer(all_rows, with_id=False) as writer:
                output = _Writing(writer)
                yield output
            assert output.summary is not None, "finish was not called"
            output.summary.files = {"folder": str(self._path)}
            _split(all_rows, made / "data", self._sides)
            all_rows.unlink()
            (made / "README.md").write_text(self._card(output.summary), encoding="utf-8")
            _put(made, target)
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}") from error
        finally:
            shutil.rmtree(made, ignore_errors=True)


_SIDE = "__side__"
"""Column of the first file that says where a row goes; not in the dataset."""


class _Writing:
    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.summary: ExportSummary | None = None

    def write(self, side: str, id_: str, record: Mapping[str, Json]) -> None:
        self._writer.write(id_, {**record, _SIDE: side})

    def finish(self, summary: ExportSummary) -> None:
        self.summary = summary


def _split(source: Path, data: Path, sides: tuple[str, ...]) -> None:
    """Every side's rows to files of their own, named `train-00000-of-00002.parquet`. One schema for all,
    found over all rows."""
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    everything = ds.dataset(source)
    rows = everything.count_rows()
    in_memory = sum(batch.nbytes for batch in everything.to_batches(batch_size=_BATCH_ROWS))
    most = max(1, rows * SHARD_BYTES // max(1, in_memory))
    columns = [name for name in everything.schema.names if name != _SIDE]
    for side in sides:
        ds.write_dataset(
            everything.scanner(columns, pc.field(_SIDE) == side, batch_size=_BATCH_ROWS, use_threads=False),
            data,
            format="parquet",
            file_options=ds.ParquetFileFormat().make_write_options(compression="zstd"),
            basename_template=f"{side}-{{i}}.parquet",
            max_rows_per_file=most,
            max_rows_per_group=min(most, _GROUP_ROWS),
            use_threads=False,
            existing_data_behavior="overwrite_or_ignore",
        )
        made = sorted(data.glob(f"{side}-*.parquet"), key=lambda path: int(path.stem.rpartition("-")[2]))
        for number, path in enumerate(made):
            path.rename(data / f"{side}-{number:05d}-of-{len(made):05d}.parquet")


def _need_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise UsageError(
            "a Hugging Face folder needs pyarrow, which is not installed",
            hint="pip install 'rtlglot[export]'",
        ) from error


def _refuse_to_replace(path: Path, *, asked: bool) -> None:
    """Only what an export wrote is ever removed."""
    if path.is_dir() and not any(path.iterdir()):
        return
    card = path / "README.md"
    ours = card.is_file() and MARK in card.read_text(encoding="utf-8", errors="replace")
    if not ours:
        raise UsageError(f"{path} exists and is no export of rtlglot", hint="name another path")
    if not asked:
        raise UsageError(f"{path} exists", hint="name another path, or add --existing replace")


def _put(made: Path, target: Path) -> None:
    aside = None
    if target.exists():
        aside = made.with_name(made.name.removesuffix(".tmp") + "-old.tmp")
        target.rename(aside)
    made.rename(target)
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)


def _here() -> str:
    return re.sub(r"\W", "_", socket.gethostname())


def _remove_stale(target: Path) -> None:
    """Remove what killed exports to the same folder left behind on this machine."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.{re.escape(_here())}-(\d+)-[0-9a-f]{{8}}\.tmp")
    for path in target.parent.iterdir():
        match = ours.fullmatch(path.name)
        if match and not _is_alive(int(match[1])):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    if process == os.getpid() or sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
