"""RTL-BenchLS: designs by themselves; an answer is compared with the design by proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rtlglot.evals.problems import LeftOut, Problem, first_row, has, rows_of
from rtlglot.formats import text_of


class RtlBenchLs:
    """The instruction is a field of that name; rows that have none are named."""

    what = "RTL-BenchLS (no testbench: by proof alone)"
    needs = "JSONL with id, top, verilog and an instruction or description to go by"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        return has("top", "design_type", "verilog")(first_row(path))

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for row in rows_of(path):
            asked = text_of(row.fields.get("instruction")) or text_of(row.fields.get("description"))
            verilog = text_of(row.fields.get("verilog"))
            if not asked or not verilog:
                yield LeftOut(row.id, "it has no instruction: transform verilog to instruction first")
                continue
            yield Problem(row.id, asked, verilog)
