"""The slice files of RTL-BenchLS and its masked designs: JSON Lines whose records hold files. Read only.

https://github.com/SebastianWANG2024/RTL-BenchLS describes them in data/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from rtlglot.errors import InputError, UsageError
from rtlglot.formats.jsonl import JsonLines
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import Record, RowWriter, Shape
from rtlglot.records import Json
from rtlglot.verilog.masked import MARK


class Slices(JsonLines):
    """Its fields are `id`, `verilog` and `top`, for a masked design `masked` and `block`, and what the record
    says besides, its files left out."""

    suffixes: tuple[str, ...] = ()

    def read_from(self, source: DataFile, start: int) -> Iterator[Record]:
        """One record per design; InputError names one without Verilog. What has a field `verilog` already
        is taken as it is."""
        for record in super().read_from(source, start):
            fields = record.fields
            if "verilog" not in fields:
                files = fields.get("files") or {}
                verilog = files.get(fields.get("golden_rtl_key")) or _design(fields)
                if verilog is None:
                    raise InputError("no design among its files", file=source.name, row=record.where)
                rest = {name: value for name, value in fields.items() if name != "files"}
                name = fields.get("task_id") or fields.get("design_name")
                top = fields.get("top_module") or fields.get("design_name") or fields.get("parent_design")
                fields = {"id": name, "top": top, "verilog": verilog, **rest}
                block = rest.get("ref_rtl")
                if isinstance(block, str):
                    masked = files.get(rest.get("masked_rtl_key")) or verilog.replace(block, MARK, 1)
                    fields |= {"masked": masked, "block": block}
            yield record._replace(fields=fields)

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> RowWriter:  # type: ignore[override]
        """Always UsageError."""
        raise UsageError("slices of RTL-BenchLS can only be read", hint="write to .jsonl")


def _design(fields: Mapping[str, Json]) -> str | None:
    """The file that is called as the design, else the first of Verilog that nothing was added to."""
    files = fields.get("files") or {}
    names = [f"{fields.get('design_name')}.v"]
    names += [n for n in files if n.endswith(".v") and "/" not in n and not n.endswith("_combined.v")]
    return next((files[name] for name in names if isinstance(files.get(name), str)), None)
