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
GROUP_BYTES = 32 << 20
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
    """Every side's rows to files of their own. One schema for all, found over all rows."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for side in sides:
        with pq.ParquetFile(source) as file, contextlib.closing(Shards(data, side)) as shards:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                shards.add(table.filter(pc.equal(table[_SIDE], side)).drop_columns([_SIDE]))


class Shards:
    """Files of one side, named `train-00000-of-00002.parquet` once their number is known."""

    def __init__(
        self, data: Path, side: str, *, shard_bytes: int = SHARD_BYTES, group_bytes: int = GROUP_BYTES
    ) -> None:
        """A file ends once it has held `shard_bytes` of memory, a row group once it holds `group_bytes`."""
        self._data, self._side = data, side
        self._most = (shard_bytes, group_bytes)
        self._paths: list[Path] = []
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._waiting_bytes = self._shard_bytes = 0

    def add(self, table: Any) -> None:
        """Add rows; they are written in groups of some size."""
        if not table.num_rows and self._paths:
            return
        self._waiting.append(table)
        self._waiting_bytes += table.nbytes
        if self._waiting_bytes >= self._most[1]:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting)
        if self._writer is None:
            self._paths.append(self._data / f"{self._side}-{len(self._paths)}")
            self._writer = pq.ParquetWriter(self._paths[-1], table.schema, compression="zstd")
        self._writer.write_table(table)
        self._shard_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        if self._shard_bytes >= self._most[0]:
            self._end_shard()

    def _end_shard(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._shard_bytes = None, 0

    def close(self) -> None:
        """Write what waits and give the files their names."""
        self._write()
        self._end_shard()
        for number, path in enumerate(self._paths):
            path.rename(self._data / f"{self._side}-{number:05d}-of-{len(self._paths):05d}.parquet")


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
