"""The files of an export: whole or not there at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from rtlglot.errors import UsageError
from rtlglot.exports.example import TRAIN, VALIDATION, ExportFormat
from rtlglot.exports.spec import ExportSpec, ExportSummary
from rtlglot.formats import check_writable, encode, format_of, open_writer
from rtlglot.formats.sink import open_sink
from rtlglot.formats.source import strip_compression
from rtlglot.formats.values import INDENT, LINE
from rtlglot.records import Json

LLAMA_FACTORY = ("jsonl", "json", "parquet", "csv")
"""What LLaMA-Factory reads, none of it compressed."""


class Output(Protocol):
    """Takes records, then what there is to say about all of them."""

    def write(self, side: str, id_: str, record: Mapping[str, Json]) -> None:
        """Add a record."""

    def finish(self, summary: ExportSummary) -> None:
        """Called once, after the last record and before anything is put in place."""


class SplitFiles:
    """One file, or one for each side."""

    def __init__(self, spec: ExportSpec, format: ExportFormat) -> None:
        """Raises UsageError and OutputError for a path that the format cannot be written to."""
        self._spec, self._format = spec, format
        container = format_of(spec.path)
        if container not in format.containers:
            raise UsageError(
                f"{spec.path}: {spec.format} is not written as {container}",
                hint=f"name a file of {', '.join(format.containers)}",
            )
        self.guarded = container in ("csv", "tsv") and not spec.keep_formulas
        """Whether cells that a spreadsheet would run are marked as text."""
        self.paths = {TRAIN: Path(spec.path)}
        if spec.split:
            self.paths[VALIDATION] = _infix(Path(spec.path), VALIDATION)
        self.info: Path | None = None
        plain = not strip_compression(spec.path)[1]
        if format.dataset_info is not None and container in LLAMA_FACTORY and plain:
            self.info = Path(spec.path).with_suffix(".dataset_info.json")
        for path in (*self.paths.values(), *([self.info] if self.info else [])):
            if path.exists() and spec.existing == "refuse":
                raise UsageError(f"{path} exists", hint="name another path, or add --existing replace")
            check_writable(path)

    @contextlib.contextmanager
    def open(self) -> Iterator[Output]:
        """All files at once; where the block raises, none is put in place."""
        with contextlib.ExitStack() as stack:
            info = stack.enter_context(open_sink(self.info)) if self.info else None
            writers = {
                side: stack.enter_context(open_writer(path, with_id=False))
                for side, path in self.paths.items()
            }
            yield _Writing(self, writers, info)

    def dataset_info(self) -> Mapping[str, Json]:
        """LLaMA-Factory's entries, to be put into its dataset_info.json."""
        entry = dict(self._format.dataset_info or {})
        return {_stem(path): {"file_name": path.name, **entry} for path in self.paths.values()}


class _Writing:
    def __init__(self, files: SplitFiles, writers: Mapping[str, Json], info: Json) -> None:
        self._files, self._writers, self._info = files, writers, info

    def write(self, side: str, id_: str, record: Mapping[str, Json]) -> None:
        if self._files.guarded:
            record = {_no_formula(name): _no_formula(value) for name, value in record.items()}
        self._writers[side].write(id_, record)

    def finish(self, summary: ExportSummary) -> None:
        summary.files = {side: str(path) for side, path in self._files.paths.items()}
        if self._info is not None:
            self._info.write(encode(self._files.dataset_info(), INDENT | LINE))
            summary.files["dataset_info"] = str(self._files.info)


def _no_formula(value: Json) -> Json:
    """Source: OWASP, "CSV Injection"."""
    return (
        f"'{value}"
        if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
        else value
    )


def _stem(path: Path) -> str:
    return path.name.removesuffix(path.suffix).replace(".", "_")


def _infix(path: Path, name: str) -> Path:
    """`sft.jsonl.gz` -> `sft.validation.jsonl.gz`."""
    suffixes = path.suffixes[-2:] if strip_compression(path.name)[1] else path.suffixes[-1:]
    end = "".join(suffixes)
    return path.with_name(f"{path.name.removesuffix(end)}.{name}{end}")
