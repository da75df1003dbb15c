"""Any dataset with an instruction, and a reference or a testbench, by the names of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rtlglot.evals.problems import LeftOut, Problem, first_row, rows_of
from rtlglot.formats import text_of

_INSTRUCTION = ("instruction", "prompt", "question")
_REFERENCE = ("reference", "verilog", "ref", "solution")
_TESTBENCH = ("testbench", "test", "tb")


class Plain:
    """The first of each list of names that a row has is taken."""

    what = "any dataset of your own"
    needs = "the fields instruction, and reference (or verilog) or testbench; files (name to text), header"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        fields = first_row(path)
        return bool(_text(fields, _INSTRUCTION)) and bool(_text(fields, (*_REFERENCE, *_TESTBENCH)))

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for row in rows_of(path):
            asked, reference = _text(row.fields, _INSTRUCTION), _text(row.fields, _REFERENCE)
            testbench = _text(row.fields, _TESTBENCH)
            if not asked or not (reference or testbench):
                yield LeftOut(row.id, "it lacks an instruction, or both reference and testbench")
                continue
            files = row.fields.get("files")
            files = {str(k): str(v) for k, v in files.items()} if isinstance(files, Mapping) else {}
            header = text_of(row.fields.get("header"))
            yield Problem(row.id, asked, reference, testbench, header, files)


def _text(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := text_of(fields.get(name)))), None)
