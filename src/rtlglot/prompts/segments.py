"""Design units in a piece of a reply, each with what belongs to it, and no prose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rtlglot.prompts.fences import Piece
from rtlglot.verilog.units import Unit, units

_DIRECTIVE = (
    r"`(?:timescale|define|undef|include|ifn?def|elsif|else|endif|default_nettype|resetall|line|pragma"
    r"|(?:end)?celldefine|(?:no)?unconnected_drive|begin_keywords|end_keywords)\b"
)
_BELONGS = re.compile(rf"\s*(?:$|//|{_DIRECTIVE}|\(\*.*\*\)\s*$|import\s+[\w:*, ]+;\s*$)")
_BEHIND = re.compile(rf"[ \t]*{_DIRECTIVE}")
_OUTER_ITEM = re.compile(r"\s*(?:typedef|localparam|parameter|function|task|import|struct|enum|bind)\b")
_TASK = re.compile(r"\$(?:finish|stop|fatal)\b")
_SHOWS = re.compile(r"\$(?:finish|stop|fatal|display|monitor|strobe|write|dumpfile|dumpvars|error)\b")


@dataclass(slots=True)
class Segment:
    """One unit with the comments and directives that lead to it."""

    piece: int
    """Index of the piece it stands in."""
    unit: Unit
    lead: str
    text: str
    tail: str = ""
    """Directives (in a fence comments too) behind the last unit of a piece."""
    cut: tuple[str, ...] = ()
    """'prefix' and 'suffix' where prose was cut from lead and tail."""

    @property
    def name(self) -> str:
        """The unit's name."""
        return self.unit.name

    @property
    def complete(self) -> bool:
        """Whether it has its end keyword."""
        return self.unit.complete


def segments(piece: Piece, index: int) -> list[Segment]:
    """The outermost units of a piece. A start that is begun anew under the same name is dropped."""
    found = _outermost(_real_starts(piece))
    result: list[Segment] = []
    at = 0
    for unit in found:
        between = piece.text[at : unit.start]
        lead = _lead(between, piece.fenced)
        cut = ("prefix",) if lead.strip() != between.strip() else ()
        result.append(Segment(index, unit, lead, piece.text[unit.start : unit.end], cut=cut))
        at = unit.end
    if result and result[-1].complete:
        result[-1].tail = _tail(piece.text[at:], piece.fenced)
        if result[-1].tail.strip() != piece.text[at:].strip():
            result[-1].cut += ("suffix",)
    return result


def _real_starts(piece: Piece) -> list[Unit]:
    """All units of a fence; in loose text not those that are a word in a sentence."""
    found = units(piece.text)
    if piece.fenced:
        return found
    real = []
    for unit in found:
        before = piece.text[max(0, unit.start - 80) : unit.start].rstrip(" \t")
        if not before or before[-1] in "\n>])};:/" or before.endswith(("endmodule", "endpackage")):
            real.append(unit)
    return real


def _outermost(found: list[Unit]) -> list[Unit]:
    last = {unit.name: unit for unit in found}
    known: dict[int, bool] = {}
    result: list[Unit] = []
    for unit in found:
        parent = unit.parent
        outer = parent is None or known.get(id(parent), True)
        abandoned = not unit.complete and last[unit.name] is not unit
        known[id(unit)] = outer and abandoned
        if outer and not abandoned:
            result.append(unit)
    return result


def _lead(text: str, fenced: bool) -> str:  # noqa: FBT001
    """The part of the text before a unit that belongs to it."""
    if not text.strip():
        return text if fenced else ""
    lines = text.split("\n")
    if _all_belongs(text) or (fenced and _is_outer_code(lines)):
        return text
    first = len(lines) - 1
    closing = False
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        closing = closing or line.rstrip().endswith("*/")
        continued = number > 0 and lines[number - 1].endswith("\\")
        if not (closing or continued or _BELONGS.match(line) or number == len(lines) - 1):
            break
        if "/*" in line:
            closing = False
        first = number
    if lines[-1].strip() and not _BELONGS.match(lines[-1]) and not lines[-1].rstrip().endswith("*/"):
        return ""  # prose on the unit's own line
    return "\n".join(lines[first:]).lstrip("\n")


def _all_belongs(text: str) -> bool:
    """Nothing but comments and directives."""
    return all(_BELONGS.match(line) for line in code_only(text).split("\n"))


def _is_outer_code(lines: list[str]) -> bool:
    first = next((line for line in lines if not _BELONGS.match(line)), "")
    return bool(_OUTER_ITEM.match(first))


def _tail(text: str, fenced: bool) -> str:  # noqa: FBT001
    if fenced and _all_belongs(text):
        return text.rstrip()
    belongs = _BELONGS if fenced else _BEHIND
    lines = text.split("\n")
    kept = next((n for n, line in enumerate(lines) if line.strip() and not belongs.match(line)), len(lines))
    return "\n".join(lines[:kept]).rstrip()


def is_testbench(segment: Segment) -> bool:
    """It drives and reports rather than being a design: by what it does, not by its name or comments."""
    if segment.unit.kind == "program":
        return True
    if segment.unit.kind != "module":
        return False
    code = code_only(segment.text)
    if not segment.unit.has_ports:
        return not segment.complete or bool(_SHOWS.search(code)) or "initial" in code or "#" in code
    return bool(_TASK.search(code)) and bool(re.search(r"\binitial\b", code))


_NOT_CODE = re.compile(r'//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)|"[^"\\\n]*+(?:\\(?s:.)[^"\\\n]*+)*+"?')


def code_only(text: str) -> str:
    """The text without comments and strings."""
    return _NOT_CODE.sub(" ", text)
