"""The ports that a request lists: one on each line, under a heading, in a table, or behind a width.

Only what is a list of names beyond doubt is read: a bullet with a direction, an entry under "Input ports:",
a row below the heading "Port | Direction", names with their range behind the word inputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.prose.claims import About, Claim, bounds, number_at
from rtlglot.prose.names import SHORT_FORMS, is_plain, looks_like_name, looks_numbered
from rtlglot.prose.tokens import Prose
from rtlglot.verilog.keywords import KEYWORDS

_NAME = r"(?P<name>[A-Za-z_]\w*)"
_RANGE = r"(?P<range>\[\d{1,6}[ ]?:[ ]?\d{1,6}\])"
_ENTRY = re.compile(
    r"^[ ]*(?P<bullet>[-*+])?[ ]*(?P<way>input|output|inout)[ ]+(?:(?:wire|reg|logic|signed|unsigned)[ ]+)*"
    rf"{_RANGE}?[ ]*{_NAME}(?:[ ]*\((?P<bits>[\w-]{{1,20}})[ -]bits?\))?[ ]*[,;:]?(?P<end>[ ]*$)?",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"^[ ]*(?:[-*+][ ]*)?(?P<way>input|output|inout)s?(?: ports?| signals?)?[ ]*:[ ]*$", re.IGNORECASE
)
_BELOW = re.compile(
    rf"^[ ]*(?:(?:[-*+]|\d{{1,2}}[.)])[ ]*)?(?:{_RANGE}[ ]*)?{_NAME}"
    r"(?P<behind>(?:\[[^\]]{0,20}\]|[^:\[\n]){0,40}?):"
)
_BEHIND = re.compile(r"[ ]*(?:\[(?P<range>[^\]]{1,20})\]|\((?P<bits>[\w-]{1,20})[ -]bits?\))?[ ]*")
_WAY_WORD = r"\b(?P<way>[Ii]nput|[Oo]utput|[Ii]nout)s?\b(?: ports?| signals?)?"
_AND = r"(?:[ ]*,[ ]*(?:and[ ]+)?|[ ]+and[ ]+)"
_WITH_RANGE = r"[A-Za-z_]\w*\[\d{1,6}:\d{1,6}\]"
_SHORT = r"(?:[A-Za-z]|[A-Za-z]\w*[\d_]\w*)\b"
_WIDE = r"(?:\w{1,12}-bits?[ ]+)?[A-Za-z_]\w*"
_SENTENCES = tuple(
    re.compile(form)
    for form in (
        rf"{_WAY_WORD}(?: are| is|:)?[ ]+(?P<names>{_WITH_RANGE}(?:{_AND}{_WITH_RANGE})*)",
        rf"\b(?P<bits>\w{{1,12}})-bits? {_WAY_WORD}[ ]+"
        rf"(?P<names>{_SHORT}(?:[ ]*,[ ]*{_SHORT})*,?[ ]+and[ ]+{_SHORT})",
        rf"{_WAY_WORD}:[ ]+(?P<names>{_WIDE}(?:{_AND}{_WIDE})*)[ ]*(?=[.;\n]|$)",
    )
)
"""'the inputs are a[7:0] and b[7:0]'; '8-bit inputs a and b' (single letters, or names with a digit);
'Inputs: 8-bit a, 8-bit b.'"""
_ITEM = re.compile(rf"(?:(?P<bits>\w{{1,12}})-bits?[ ]+)?{_NAME}(?P<range>\[[^\]]*\])?")


def asked_ports(prose: Prose) -> Iterator[Claim]:
    """The ports that a request lists: direction, name and width of each."""
    yield from _with_directions(prose)
    yield from _under_headings(prose)
    yield from _in_tables(prose)
    yield from _in_sentences(prose)


def _with_directions(prose: Prose) -> Iterator[Claim]:
    """A list that has one on each line, its direction first: "- input a (8 bits)"."""
    for entry in _ENTRY.finditer(prose.plain):
        if entry["bullet"] is not None or entry["end"] is not None:  # else a line of prose
            yield from _claims(
                entry["name"], entry["way"], _width(entry["range"], entry["bits"]), entry.span()
            )


def _under_headings(prose: Prose) -> Iterator[Claim]:
    """ "Input ports:" and below it, indented or with a bullet, "a[7:0]: the first operand"."""
    way, at, margin = "", 0, 0
    for line in prose.plain.split("\n"):
        place, at = at, at + len(line) + 1
        heading, entry = _HEADING.match(line), _BELOW.match(line)
        if heading:
            way, margin = heading["way"].lower(), _margin(line)
        elif way and entry and _margin(line) > margin and (behind := _BEHIND.fullmatch(entry["behind"])):
            given = entry["range"] or (f"[{behind['range']}]" if behind["range"] else None)
            quoted = prose.original[place + entry.start("name") - 1] in _QUOTES
            if given or quoted or _can_only_be_a_name(entry["name"]):
                width = _width(given, behind["bits"])
                yield from _claims(entry["name"], way, width, (place, place + len(line)))
        elif line.strip():
            way = ""


def _margin(line: str) -> int:
    """Where a line's text begins, its bullet counted as space."""
    return len(line) - len(line.lstrip(" -*+0123456789.)"))


_QUOTES = "`*'\""
_CALLED = frozenset({"port", "name", "signal", "port name", "signal name", "pin", "ports", "signals"})
_WAYS = frozenset({"direction", "dir", "type", "i/o", "in/out", "io", "mode"})
_BITS = frozenset({"width", "bits", "size", "bit width", "width (bits)", "width(bits)"})
_CELL = re.compile(rf"[ ]*{_NAME}[ ]*(?P<range>\[[^\]]{{1,20}}\])?[ ]*")
_WAY = re.compile(r"[ ]*(input|output|inout)\b", re.IGNORECASE)


def _in_tables(prose: Prose) -> Iterator[Claim]:
    """The rows below "| Port | Direction | Width |"."""
    columns: dict[str, int] = {}
    at = 0
    for line in prose.plain.split("\n"):
        place, at = (at, at + len(line)), at + len(line) + 1
        cells = line.strip().strip("|").split("|") if "|" in line else []
        words = [cell.strip().lower() for cell in cells]
        found = {kind: n for n, word in enumerate(words) for kind in _kinds(word)}
        if {"name", "way"} <= found.keys():
            columns = found
        elif not cells:
            columns = {}
        elif columns and len(cells) > max(columns.values()):
            name, way = _CELL.fullmatch(cells[columns["name"]]), _WAY.match(cells[columns["way"]])
            role = name is not None and name["name"][0].isupper() and is_plain(name["name"])
            if name and way and not role:
                bits = words[columns["bits"]] if "bits" in columns else None
                yield from _claims(name["name"], way[1].lower(), _width(name["range"], bits), place)


def _kinds(word: str) -> Iterator[str]:
    for kind, words in (("name", _CALLED), ("way", _WAYS), ("bits", _BITS)):
        if word in words:
            yield kind


def _in_sentences(prose: Prose) -> Iterator[Claim]:
    for form in _SENTENCES:
        for match in form.finditer(prose.plain):
            for item in _ITEM.finditer(match["names"]):
                name, bits = item["name"], item["bits"] or match.groupdict().get("bits")
                if item["range"] or _can_only_be_a_name(name):
                    width = _width(item["range"], bits)
                    yield from _claims(name, match["way"].lower(), width, match.span())


def _can_only_be_a_name(word: str) -> bool:
    """Not "operands", nor "clock" for a port clk."""
    return (
        len(word) == 1 or word.lower() in SHORT_FORMS or looks_like_name(word) or looks_numbered(word)
    ) and word.lower() not in ("i", "and")


def _claims(name: str, way: str, width: int | None, place: tuple[int, int]) -> Iterator[Claim]:
    if name in KEYWORDS:
        return
    yield Claim(About.DIRECTION, name, way, *place, firm=True)
    yield Claim(About.PORT, name, way, *place, firm=True)
    if width is not None:
        yield Claim(About.WIDTH, name, width, *place, firm=True)


def _width(range_: str | None, bits: str | None) -> int | None:
    """Of "[7:0]", else of "8" or "eight"; None where neither tells."""
    if range_ and re.fullmatch(_RANGE, range_):
        left, right = bounds(range_.replace(" ", ""))
        return abs(left - (right or 0)) + 1
    number = number_at(Prose(bits).pieces, 0) if bits and not range_ else None
    return number[0] if number else None
