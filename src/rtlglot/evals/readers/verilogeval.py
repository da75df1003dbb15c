"""VerilogEval: version 2 as JSONL or as its folder of files, version 1 (Human, Machine) as JSONL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from rtlglot.evals.problems import LeftOut, Problem, first_row, has, rows_of, text_at
from rtlglot.formats import text_of

_PROMPT = re.compile(r"(?P<id>.+)_prompt\.txt")


class VerilogEval:
    """Version 2: the answer is called TopModule, the reference RefModule; the testbench runs both."""

    what = "VerilogEval 2, spec-to-rtl or code-complete"
    needs = "JSONL with prompt, ref, test; or the folder of NAME_prompt.txt, NAME_ref.sv, NAME_test.sv"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        if path.is_dir():
            return any(path.glob("*_prompt.txt"))
        return has("prompt", "ref", "test")(first_row(path))

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        if path.is_dir():
            yield from _in_files(path)
            return
        for row in rows_of(path):
            prompt, ref, test = (text_of(row.fields.get(name)) for name in ("prompt", "ref", "test"))
            yield _problem(row.id, prompt, ref, test)


def _in_files(folder: Path) -> Iterator[Problem | LeftOut]:
    for file in sorted(folder.glob("*_prompt.txt")):
        found = _PROMPT.fullmatch(file.name)
        assert found is not None
        ref, test = (text_at(folder / f"{found['id']}_{what}.sv") for what in ("ref", "test"))
        yield _problem(found["id"], text_at(file), ref, test)


def _problem(id_: str, prompt: str | None, ref: str | None, test: str | None) -> Problem | LeftOut:
    if not prompt or not (ref or test):
        return LeftOut(id_, "it lacks its prompt, or both reference and testbench")
    return Problem(id_, prompt.strip(), ref, test)


class VerilogEvalOne:
    """Version 1: the prompt is the header of top_module, and an answer goes on from there."""

    what = "VerilogEval 1, Human or Machine"
    needs = "JSONL with prompt, canonical_solution, test, detail_description"

    def fits(self, path: Path) -> bool:
        """See Reader."""
        return has("prompt", "canonical_solution", "test")(first_row(path))

    def read(self, path: Path) -> Iterator[Problem | LeftOut]:
        """See Reader."""
        for row in rows_of(path):
            fields = row.fields
            header, body = text_of(fields.get("prompt")), text_of(fields.get("canonical_solution"))
            names = ("detail_description", "description", "simple_description")
            asked = next((text for name in names if (text := text_of(fields.get(name)))), None)
            if not header or not asked:
                yield LeftOut(row.id, "it lacks its header or its description (a file of its own upstream)")
                continue
            whole = None if body is None else joined(header, body)
            yield Problem(row.id, _plain(asked), whole, text_of(fields.get("test")), header.strip())


def joined(header: str, body: str) -> str:
    """A header and the completion of it, as one text."""
    return f"{header.rstrip()}\n{body.lstrip(chr(10))}"


def _plain(description: str) -> str:
    """Without the comment marks at the beginnings of lines."""
    return re.sub(r"^[ \t]*//[ \t]?", "", description, flags=re.MULTILINE).strip()
