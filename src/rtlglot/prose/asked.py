"""What a request for a module says outright: the module's name, a header in Verilog (its ports: `listed`)."""

from __future__ import annotations

import re

from rtlglot.prose.names import is_grammar, is_plain, looks_like_name, looks_numbered
from rtlglot.prose.parameters import MODULE_FORMS
from rtlglot.prose.tokens import Prose
from rtlglot.verilog.interface import header_of
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.units import units

_BEFORE = 80
_OF_A_PART = re.compile(
    r"\b(?:sub[- ]?|(?:given|provided|existing|another|second|helper|inner|child|lower[- ]level)\s+"
    r"|(?:instan\w+|uses?|using|contains?|containing|calls?|includes?|has|have|given|provided|with|from)\s+"
    r"(?:(?:an?|the|its|one|two|several)\s+)?)\Z",
    re.IGNORECASE,
)
"""Before "module named x": it is that of a part, or of something that is there already."""
_ORDER = (
    r"\A\s*(?:(?:you are|(?:please )?act as)\b[^.\n]{0,120}[.\n]\s*)?"
    r"(?:(?:please|i (?:want|would like) you to)\s+)?"
    r"(?:design|implement|create|write|build|develop|make|generate|code)\s+(?:an?\s+|the\s+|this\s+)?"
)
_ORDERED = (
    re.compile(
        rf"(?i:{_ORDER})"
        r"(?:(?!(?:with|has|have|having|that|which|whose|where|using|inputs?|outputs?|ports?|signals?|registers?"
        r"|sub[\w-]*|parameters?|clock|reset|states?|wires?|of|from)\b)[\w/-]+\s+){1,6}"
        r"(?:named|called)\s+[`\"'*]{0,2}(?P<name>[A-Za-z_]\w*)"
    ),
    re.compile(
        rf"(?i:{_ORDER}(?:verilog\s+)?(?P<module>module\s+)?)[`\"'*]{{1,2}}(?P<name>[A-Za-z_]\w*)[`\"'*]"
        r"{1,2}(?=[\s*]*(?:[.,:;(]|\n|\Z|which\b|that\b|with\b))"
    ),
)
"""What a text begins with: 'Design an 8-bit adder called x', 'Implement the module `x`', 'Design "add8".'"""


def asked_modules(prose: Prose) -> dict[str, tuple[int, int]]:
    """The names that a request says the module is to have, whatever they are, and where."""
    found: dict[str, tuple[int, int]] = {}
    for form in MODULE_FORMS[:3]:
        for match in form.finditer(prose.plain):
            name = match["name"]
            if name.lower() in KEYWORDS or is_grammar(name) or name.endswith("ly"):
                continue
            if not _OF_A_PART.search(prose.plain, max(0, match.start() - _BEFORE), match.start()):
                found.setdefault(name, match.span())
    for form in _ORDERED:
        order = form.match(prose.text)
        if order is not None and order["name"].lower() not in KEYWORDS:
            name, sure = order["name"], bool(order.groupdict().get("module"))
            if sure or looks_like_name(name) or looks_numbered(name) or not is_plain(name):
                found.setdefault(name, order.span("name"))
    return found


def asked_name(instruction: str) -> str | None:
    """The one name that a request says outright its module is to have; None where it says none or several."""
    names = dict.fromkeys(asked_modules(Prose(instruction)))
    return next(iter(names)) if len(names) == 1 else None


def asked_header(instruction: str) -> str | None:
    """The header that an instruction gives in Verilog, where it gives one and no whole module."""
    found = [unit for unit in units(instruction) if unit.kind == "module"]
    if len(found) != 1 or found[0].complete or not found[0].has_ports:
        return None
    return header_of(instruction[found[0].start :])
