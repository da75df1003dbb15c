"""CVDP: NVIDIA's benchmark, the non-agentic JSONL; what its harness needs decides what can be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from rtlglot.evals.problems import LeftOut, Problem, first_row, has, rows_of
from rtlglot.formats import text_of

_COMMERCIAL = ("xrun", "xcelium", "vcs ", "questa", "jaspergold")


class Cvdp:
    """A problem with a harness in plain Verilog, or with its reference, is judged; others are named."""

    what = "CVDP, non-agentic, where the harness is plain Verilog or the reference is given"
    needs = "JSONL with id, input.prompt, output.context, harness.files"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        return has("input", "output", "harness")(first_row(path))

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for row in rows_of(path):
            yield _problem(row.id, row.fields)


def _problem(id_: str, fields: Mapping[str, Any]) -> Problem | LeftOut:
    asked, files = _object(fields.get("input")), _object(_object(fields.get("harness")).get("files"))
    prompt = text_of(asked.get("prompt"))
    given = {k: v for k, v in _object(asked.get("context")).items() if isinstance(v, str) and v.strip()}
    wanted = _object(_object(fields.get("output")).get("context"))
    if not prompt:
        return LeftOut(id_, "it has no prompt")
    if len(wanted) != 1:
        return LeftOut(id_, f"it asks for {len(wanted)} files; one is judged here")
    reference = text_of(next(iter(wanted.values())))
    testbench = next((text for name, text in files.items() if _is_verilog(name) and text), None)
    if reference is None and testbench is None:
        return LeftOut(id_, _why(files))
    shown = "".join(f"\n\n{name}:\n\n```verilog\n{text.strip()}\n```" for name, text in given.items())
    return Problem(id_, prompt.strip() + shown, reference, testbench)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_verilog(name: str) -> bool:
    return PurePosixPath(name).suffix in (".v", ".sv")


def _why(files: Mapping[str, Any]) -> str:
    text = "\n".join(str(value) for value in files.values()).lower()
    if any(name in text for name in _COMMERCIAL):
        return "its harness needs a commercial simulator, and its reference is withheld"
    if "cocotb" in text or any(name.endswith(".py") for name in files):
        return "its harness needs cocotb, and its reference is withheld"
    return "it brings neither a testbench in Verilog nor a reference"
