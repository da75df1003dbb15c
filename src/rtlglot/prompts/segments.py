"""Design units in a piece of a reply, each with what belongs to it, and no prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rtlglot.prompts.fences import Part
from rtlglot.prose.phrases import SPACES
from rtlglot.verilog.tokens import COMMENT, strip_comments
from rtlglot.verilog.units import Unit, units

_DIRECTIVE = (
    r"`(?:timescale|define|undef|include|ifn?def|elsif|else|endif|default_nettype|resetall|line|pragma"
    r"|(?:end)?celldefine|(?:no)?unconnected_drive|begin_keywords|end_keywords)\b"
)
_BELONGS = re.compile(rf"\s*(?:$|//|{_DIRECTIVE}|\(\*.*\*\)\s*$|import\s+[\w:*, ]+;\s*$)")
_OUTER_ITEM = re.compile(r"\s*(?:typedef|localparam|parameter|function|task|import|struct|enum|bind|class)\b")
_OUTER_END = (";", "endfunction", "endtask", "endclass")
_BEGINS = re.compile(
    rf"(?:\s|{COMMENT})*+(?:(?:macro)?module\b|package\b|interface\b|{_DIRECTIVE}|\(\*|typedef\b|function\b)"
)
_DEFINED = re.compile(
    r"`define\s+(\w+)|\btypedef\b[^;]*?(\w+)\s*;|\b(?:local)?param(?:eter)?\b[^;=]*?(\w+)\s*="
    r"|\b(?:function|task)\b[^;(]*?(\w+)\s*[;(]"
)
_DIRECTION = re.compile(r"\b(?:input|output|inout)\b")
_TASK = re.compile(r"\$(?:finish|stop|fatal)\b")
_BLANK = f" \t{SPACES}"
_SHOWS = re.compile(r"\$(?:finish|stop|fatal|display|monitor|strobe|write|dumpfile|dumpvars|error)\b")


@dataclass(slots=True)
class Segment:
    """One unit with the comments and directives that lead to it."""

    piece: int
    """Index of the piece it stands in."""
    unit: Unit
    before: str
    """What stands before it: in its piece, or for the first of a fence in front of that."""
    lead: str
    text: str
    tail: str = ""
    """Comments and directives behind the last unit of a piece."""
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


def segments(pieces: Sequence[Part], index: int, *, in_sentences: bool = False) -> list[Segment]:
    """The outermost units of a piece. A start that is begun anew under the same name is dropped.

    `in_sentences`: a whole module of loose text counts too where words stand before it on its line.
    """
    piece = pieces[index]
    found = _outermost(_real_starts(piece, in_sentences=in_sentences))
    above = pieces[index - 1].text if index and not pieces[index - 1].fenced else ""
    result: list[Segment] = []
    at = 0
    for unit in found:
        between = piece.text[at : unit.start]
        lead = _lead(between)
        cut = ("prefix",) if lead.strip() != between.strip() else ()
        before = between if between.strip() or result else above
        result.append(Segment(index, unit, before, lead, piece.text[unit.start : unit.end], cut=cut))
        at = unit.end
    if result and result[-1].complete:
        result[-1].tail = _tail(piece.text[at:])
        if result[-1].tail.strip() != piece.text[at:].strip():
            result[-1].cut += ("suffix",)
    return result


def _real_starts(piece: Part, *, in_sentences: bool) -> list[Unit]:
    """All units of a fence; in loose text not those that are a word in a sentence."""
    found = units(piece.text)
    if piece.fenced:
        return found
    real = []
    end = 0
    for unit in found:
        line = piece.text[max(end, unit.start - 80) : unit.start]
        before = line.rstrip(_BLANK)
        if not before or before[-1] in "\n>])};:/." or (in_sentences and _has_header(piece.text, unit)):
            real.append(unit)
            end = unit.end if unit.complete else end
    return real


def _has_header(text: str, unit: Unit) -> bool:
    """Whether a whole module begins with `module name (ports);`, which no sentence about one does."""
    head = text[unit.start : unit.end].partition(";")[0].rstrip()
    listed = head[head.find("(") + 1 : -1]
    ports = _DIRECTION.search(listed) or all(word.strip().isidentifier() for word in listed.split(","))
    return unit.complete and head.endswith(")") and bool(ports)


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


def begins_as_code(text: str) -> bool:
    """Whether a text begins with a unit, or with what belongs to one."""
    return bool(_BEGINS.match(text))


def only_definitions(text: str) -> bool:
    """Whether a text holds macros, types, functions and comments, and nothing else."""
    return bool(text.strip()) and _lead(text + "\n").strip() == text.strip()


def defined_names(text: str) -> list[str]:
    """Names of the macros, types, parameters and functions that a text defines."""
    return [match[match.lastindex or 0] for match in _DEFINED.finditer(strip_comments(text))]


def _lead(text: str) -> str:
    """The part of the text before a unit that belongs to it."""
    if _all_belongs(text):
        return text
    lines = text.split("\n")
    outer = next((n for n, line in enumerate(lines) if _OUTER_ITEM.match(line)), None)
    if outer is not None:
        items = "\n".join(lines[outer:])
        if code_only(items).rstrip().endswith(_OUTER_END):
            above = _lead("\n".join([*lines[:outer], ""]))
            return above + items
    if not (_BELONGS.match(lines[-1]) or lines[-1].rstrip().endswith("*/")):
        return ""  # prose on the unit's own line
    return "\n".join(lines[_first_that_belongs(lines) :]).lstrip("\n")


def _first_that_belongs(lines: list[str]) -> int:
    """Where the comments and directives begin that reach down to the last line."""
    first = len(lines) - 1
    in_comment = False
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        in_comment = in_comment or line.rstrip().endswith("*/")
        continued = number > 0 and lines[number - 1].endswith("\\")
        if not (in_comment or continued or _BELONGS.match(line)):
            break
        if "/*" in line:
            in_comment = False
        first = number
    return first


def _all_belongs(text: str) -> bool:
    """Nothing but comments and directives."""
    if not text.strip():
        return True
    return all(_BELONGS.match(line) for line in strip_comments(text).split("\n"))


def _tail(text: str) -> str:
    if _all_belongs(text):
        return text.rstrip()
    lines = text.split("\n")
    kept = next((n for n, line in enumerate(lines) if not _BELONGS.match(line)), len(lines))
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


def is_skeleton(segment: Segment) -> bool:
    """Whether it leaves out what another place is to say ("... as before ...")."""
    return "..." in segment.text or "…" in segment.text
