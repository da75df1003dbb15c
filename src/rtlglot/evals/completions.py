"""Completions that exist already, joined with the header that they go on from, in one form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rtlglot.errors import InputError
from rtlglot.evals.problems import Problem, rows_of
from rtlglot.evals.readers.verilogeval import joined
from rtlglot.formats import open_writer
from rtlglot.records import Json, Row
from rtlglot.stores.remote import copied
from rtlglot.verilog.units import units

_IDS = ("task_id", "id", "rtl_id", "problem_id", "name")
_TEXTS = ("completion", "completions", "response", "output", "samples", "text", "verilog", "code")
"""Fields that hold the completion (or a list of them), the first that a line has."""
_SAMPLE = re.compile(r"(?P<id>.+)_sample(?P<number>\d+)\.s?v")
"""VerilogEval 2 keeps each sample in a file of its own."""


def recorded(path: str) -> dict[str, list[str]]:
    """{id: completions in their order}. Raises InputError where there are none."""
    found: dict[str, list[str]] = {}
    with copied(path) as where:
        if not where.exists():
            raise InputError("no such file or folder", file=path)
        for id_, text in _in_files(where) if where.is_dir() else _in_rows(rows_of(where)):
            found.setdefault(id_, []).append(text)
    if not found:
        hint = f"expected lines with {_IDS[0]} and {_TEXTS[0]}, or files NAME_sample01.sv"
        raise InputError("there are no completions", file=path, hint=hint)
    return found


def _in_files(folder: Path) -> Iterator[tuple[str, str]]:
    named = [(found, path) for path in folder.rglob("*") if (found := _SAMPLE.fullmatch(path.name))]
    for found, path in sorted(named, key=lambda pair: (pair[0]["id"], int(pair[0]["number"]))):
        yield found["id"], path.read_text(encoding="utf-8", errors="replace")


def _in_rows(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    for row in rows:
        fields = row.fields
        if answers := _by_id(fields):
            yield from answers
            continue
        name = next((name for name in _TEXTS if fields.get(name) is not None), None)
        id_ = next((str(fields[name]) for name in _IDS if fields.get(name) is not None), row.id)
        if name is None:
            known = ", ".join(_TEXTS)
            raise InputError(
                "the row has no completion", row=row.where, hint=f"expected one of the fields {known}"
            )
        yield from ((id_, text) for text in _texts(fields[name]))


def _by_id(fields: Mapping[str, Json]) -> list[tuple[str, str]]:
    """A line of CVDP's file of answers: each problem's id, with the files of its answer as `output`."""
    files = {id_: told.get("output") for id_, told in fields.items() if isinstance(told, Mapping)}
    if len(files) < len(fields) or not all(isinstance(one, Mapping) for one in files.values()):
        return []
    return [(id_, text) for id_, one in files.items() for text in _texts({"context": one})]


def _texts(value: Json) -> Iterator[str]:
    """A completion as texts: it may be a list, a chat's message, or CVDP's answer with files."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, Mapping):
        files = value.get("context")
        if isinstance(files, Mapping) and any(files.values()):
            yield "\n".join(str(text) for text in files.values() if text)
            return
        inner = (value.get(name) for name in ("content", "completion", "response"))
        yield from _texts(next((text for text in inner if text is not None), ""))
    else:
        yield str(value)


def write_completions(path: Path, problems: Sequence[Problem], known: Mapping[str, Sequence[str]]) -> None:
    """One line a completion: task_id and completion."""
    with open_writer(path) as writer:
        for problem in problems:
            for number, text in enumerate(known.get(problem.id, ())):
                line = {"task_id": problem.id, "completion": whole(text, problem.header)}
                writer.write(f"{problem.id}#{number}", line)


def whole(text: str, header: str | None) -> str:
    """A completion with its header before it, where it goes on from that and does not begin anew."""
    if header is None or "```" in text or "endmodule" not in text:
        return text
    asked = {unit.name for unit in units(header)}
    return text if asked & {unit.name for unit in units(text)} else joined(header, text)
