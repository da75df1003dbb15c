"""Where the modules of a text are: from `module` to its `endmodule`, found without a parser.

Comments, strings and escaped identifiers are passed over, so a commented-out module is none.
Linear in the text: each header is read once and its reading stops at the next keyword.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rtlglot.verilog.tokens import COMMENT, ESCAPED, NAME, STRING, strip_comments

KINDS = ("module", "interface", "package", "primitive", "program")


@dataclass(slots=True)
class Unit:
    """One design unit (IEEE 1800-2017 clause 3) in a text."""

    kind: str
    """One of KINDS; a macromodule is a module."""
    name: str
    start: int
    """Offset of its keyword."""
    end: int
    """Offset behind its end keyword and label; the end of the text where it is not complete."""
    complete: bool
    has_ports: bool
    parent: Unit | None = None
    """The unit it is nested in, None at the top."""

    @property
    def depth(self) -> int:
        """0 at the top."""
        depth, unit = 0, self.parent
        while unit is not None:
            depth, unit = depth + 1, unit.parent
        return depth


# Each alternative starts with a fixed character, so the scan skips quickly over what starts none.
_START = r"(?<![A-Za-z0-9_$`.]{0})"
_KEYWORDS = "|".join(
    head + _START.format(head) + tail
    for head, tail in (
        ("m", r"(?:odule|acromodule)"),
        ("e", r"nd(?:module|interface|package|primitive|program)"),
        ("i", r"nterface"),
        ("p", r"(?:ackage|rimitive|rogram)"),
    )
)
_SCAN = re.compile(rf"{COMMENT}|{STRING}|{ESCAPED}|(?P<keyword>(?:{_KEYWORDS})(?![A-Za-z0-9_$]))")
_GAP = rf"(?:\s++|{COMMENT})*+"
_HEADER = re.compile(
    rf"{_GAP}(?:(?:automatic|static)\b{_GAP})?(?P<name>{NAME}|{ESCAPED}){_GAP}(?P<next>[#(;]|import\b|\Z)"
)
_LABEL = re.compile(rf"[ \t]*:[ \t]*(?P<name>{NAME}|{ESCAPED})")
_LIST = re.compile(rf"{COMMENT}|{STRING}|[();]|\b(?:end)?module\b")
_IMPORTS = re.compile(rf"(?:import\b[^;()]{{0,300}}+;{_GAP})++")
_GAPS = re.compile(_GAP)


def units(text: str) -> list[Unit]:
    """All design units in the order of their start, incomplete ones included."""
    found: list[Unit] = []
    open_units: list[Unit] = []
    for match in _SCAN.finditer(text):
        keyword = match["keyword"]
        if keyword is None:
            continue
        if keyword.startswith("end"):
            _close(text, open_units, keyword[3:], match.end())
            continue
        kind = "module" if keyword == "macromodule" else keyword
        header = _HEADER.match(text, match.end())
        if header is None or (header["next"] == "" and kind != "module"):
            continue  # `interface` as a port's type, or a word of prose
        parent = open_units[-1] if open_units else None
        ports = _has_ports(text, header.start("next"))
        unit = Unit(kind, header["name"], match.start(), len(text), False, ports, parent)
        found.append(unit)
        open_units.append(unit)
    return found


def _close(text: str, open_units: list[Unit], kind: str, end: int) -> None:
    """Close the innermost unit of a kind; a stray end keyword closes nothing."""
    if not open_units or open_units[-1].kind != kind:
        return
    unit = open_units.pop()
    label = _LABEL.match(text, end)
    unit.end = label.end() if label and label["name"] == unit.name else end
    unit.complete = True


def _has_ports(text: str, at: int) -> bool:
    """Whether the header whose name ends before `at` lists any port."""
    imports = _IMPORTS.match(text, at)
    at = imports.end() if imports else at
    if text[at : at + 1] == "#":
        opening = _GAPS.match(text, at + 1)
        _, at = _parenthesis(text, opening.end() if opening else at)
        gap = _GAPS.match(text, at)
        at = gap.end() if gap else at
    inside, _ = _parenthesis(text, at)
    return bool(strip_comments(inside).strip())


def _parenthesis(text: str, at: int) -> tuple[str, int]:
    """What stands in the parenthesis that opens at `at`, and the offset behind it; '' for none."""
    if text[at : at + 1] != "(":
        return "", at
    depth = 0
    for match in _LIST.finditer(text, at):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth == 0:
                return text[at + 1 : match.start()], match.end()
        elif match[0][0] not in '/"':
            return text[at + 1 : match.start()], match.start()
    return text[at + 1 :], len(text)


def modules(text: str) -> Iterator[Unit]:
    """The complete modules of a text."""
    return (unit for unit in units(text) if unit.kind == "module" and unit.complete)


def module_names(text: str) -> list[str]:
    """Names of the complete modules, in order; a name defined twice stands twice."""
    return [unit.name for unit in modules(text)]


def without(text: str, names: Collection[str]) -> str:
    """The text with the units of these names blanked: all else stays in its line and column."""
    for unit in units(text) if names else ():
        if unit.name in names:
            inside = re.sub(r"[^\n]", " ", text[unit.start : unit.end])
            text = text[: unit.start] + inside + text[unit.end :]
    return text
