"""Reads the text cases of tests/cases/replies: a header of `key: value`, then `=== part` sections."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rtlglot.prompts.extract import Kind
from rtlglot.prompts.given import Given
from rtlglot.records import Finish

FOLDER = Path(__file__).parents[2] / "cases" / "replies"


@dataclass(frozen=True)
class Case:
    """One reply and what must come of it."""

    name: str
    target: str
    finish: Finish
    reason: str
    notes: tuple[str, ...]
    detail: str
    parts: dict[str, str]
    extract: Kind | None = None

    @property
    def kind(self) -> Kind:
        if self.extract:
            return self.extract
        if self.target == "verilog":
            return "verilog"
        return "prose" if self.target in ("instruction", "description") else "raw"

    @property
    def given(self) -> Given:
        return Given(self.parts.get("prompt", ""), {}, self.parts.get("interface"), self.target)


def read(path: Path) -> Case:
    """One case file."""
    head, *rest = path.read_bytes().decode().split("\n=== ")
    lines = (line.partition(": ") for line in head.split("\n"))
    header = {name if colon else name.rstrip(":"): value for name, colon, value in lines}
    unknown = set(header) - {"about", "target", "finish", "reason", "notes", "detail", "extract"}
    if unknown or rest[-1] != "end\n":
        raise ValueError(f"{path.name}: not a case file ({unknown or 'no === end'})")
    parts = dict(part.split("\n", 1) for part in rest[:-1])
    return Case(
        name=path.stem,
        target=header["target"],
        finish=Finish(header["finish"]),
        reason=header["reason"],
        notes=tuple(note for note in header["notes"].split(", ") if note),
        detail=header.get("detail", ""),
        parts=parts,
        extract=header.get("extract"),  # type: ignore[arg-type]
    )


CASES = [read(path) for path in sorted(FOLDER.glob("*.txt"))]
