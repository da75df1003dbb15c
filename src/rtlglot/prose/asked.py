"""What a request for a module says outright: the module's name, a list of its ports, a header in Verilog."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.prose.claims import About, Claim, bounds, number_at
from rtlglot.prose.names import is_grammar
from rtlglot.prose.parameters import MODULE_FORMS
from rtlglot.prose.tokens import Prose
from rtlglot.verilog.interface import header_of
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.units import units


def asked_modules(prose: Prose) -> dict[str, tuple[int, int]]:
    """The names that a request says the module is to have, whatever they are, and where."""
    found: dict[str, tuple[int, int]] = {}
    for form in MODULE_FORMS[:3]:
        for match in form.finditer(prose.plain):
            name = match["name"]
            if name.lower() not in KEYWORDS and not is_grammar(name) and not name.endswith("ly"):
                found.setdefault(name, match.span())
    return found


def asked_name(instruction: str) -> str | None:
    """The one name that a request says outright its module is to have; None where it says none or several."""
    names = dict.fromkeys(asked_modules(Prose(instruction)))
    return next(iter(names)) if len(names) == 1 else None


_ENTRY = re.compile(
    r"^[ ]*(?P<bullet>[-*+])?[ ]*(?P<way>input|output|inout)[ ]+(?:(?:wire|reg|logic|signed|unsigned)[ ]+)*"
    r"(?P<range>\[\d{1,6}[ ]?:[ ]?\d{1,6}\])?[ ]*(?P<name>[A-Za-z_]\w*)"
    r"(?:[ ]*\((?P<bits>[\w-]{1,20})[ -]bits?\))?[ ]*[,;:]?(?P<end>[ ]*$)?",
    re.MULTILINE,
)


def asked_ports(prose: Prose) -> Iterator[Claim]:
    """The ports of a list that has one on each line, its direction first: "- input a (8 bits)"."""
    for entry in _ENTRY.finditer(prose.plain):
        name, place = entry["name"], entry.span()
        if name in KEYWORDS or (entry["bullet"] is None and entry["end"] is None):  # a line of prose
            continue
        yield Claim(About.DIRECTION, name, entry["way"], *place, firm=True)
        yield Claim(About.PORT, name, entry["way"], *place, firm=True)
        number = number_at(Prose(entry["bits"]).pieces, 0) if entry["bits"] else None
        left, right = bounds(entry["range"].replace(" ", "")) if entry["range"] else (0, None)
        if number is not None or right is not None:
            width = number[0] if number else abs(left - (right or 0)) + 1
            yield Claim(About.WIDTH, name, width, *place, firm=True)


def asked_header(instruction: str) -> str | None:
    """The header that an instruction gives in Verilog, where it gives one and no whole module."""
    found = [unit for unit in units(instruction) if unit.kind == "module"]
    if len(found) != 1 or found[0].complete or not found[0].has_ports:
        return None
    return header_of(instruction[found[0].start :])
