"""Reads what a text says about parameters, the module's name and the depth of a memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtlglot.prose.claims import About, Claim, number_at
from rtlglot.prose.names import Names, looks_like_name
from rtlglot.prose.tokens import Prose
from rtlglot.verilog.keywords import KEYWORDS

_VALUE = r"(?P<value>\d[\d_]{0,9}(?:,\d{3})*)(?![\w']|[.,]\d)"
_BE = (
    r"(?:is|of|to|at|as|was|:|=|being|value|values|equal|equals|set|which|has|with|a|an|the|its|this|size"
    r"|parameter)"
)
_DEFAULT_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\bdefault(?:s|ed|ing)?(?:[ \n]+{_BE}){{0,5}}[ \n]*[:=(]?[ \n]*{_VALUE}",
        rf"(?<![\w.]){_VALUE}(?:[ \n]+(?:bits?|cycles?|entries|words))?[ \n]*,?[ \n]*"
        r"\(?(?:as|is|being|by|the|a)?[ \n]*(?:the |its |a )?default\b",
    )
)
_ASSIGNED = re.compile(
    r"\bparameter[ \n]+(?:integer |int )?(?P<name>[A-Za-z_]\w*)[ \n]*=[ \n]*"
    r"(?P<value>\d[\d_]{0,9})(?![\w']|[.]\d)"
)
_DECLARED = re.compile(
    r"\bparameters?[ \n]+(?:named |called |integer |int )?(?P<name>[A-Z][A-Z0-9_]{2,}|[A-Za-z]\w*_\w+)(?!\w)"
)
_WORD = re.compile(r"[A-Za-z_]\w*")


def parameter_claims(prose: Prose, names: Names) -> Iterator[Claim]:
    """Parameters that the text names and the defaults it gives them."""
    for match in _DECLARED.finditer(prose.plain):
        start, end = match.span("name")
        if match["name"].lower() not in KEYWORDS:
            yield Claim(About.PARAMETER, match["name"], "", match.start(), end, firm=True)
    for match in _ASSIGNED.finditer(prose.plain):
        if match["name"] in names.parameters:
            value = int(match["value"].replace("_", ""))
            yield Claim(About.DEFAULT, match["name"], value, match.start(), match.end(), firm=True)
    if "default" in prose.low and names.parameters:
        for start, end in prose.sentences:
            yield from _defaults(prose, names, start, end)


def _defaults(prose: Prose, names: Names, start: int, end: int) -> Iterator[Claim]:
    """The defaults in one sentence, each with the parameter that it belongs to."""
    mentions = [
        (word.start(), word[0])
        for word in _WORD.finditer(prose.plain, start, end)
        if word[0] in names.parameters
    ]
    for form in _DEFAULT_FORMS:
        for match in form.finditer(prose.low, start, end):
            value = int(match["value"].replace("_", "").replace(",", ""))
            before = [(at, name) for at, name in mentions if at < match.start()]
            behind = [(at, name) for at, name in mentions if match.start() <= at]
            if before:
                at, name = before[-1]
                firm = match.start() - at < 160 and not _in_between(prose, at + len(name), match.start())
                yield Claim(About.DEFAULT, name, value, at, match.end(), firm=firm)
            elif behind and len(behind) == 1:
                # "the default of DEPTH is 4"
                at, name = behind[0]
                if at < match.end() + 2:
                    yield Claim(About.DEFAULT, name, value, match.start(), match.end(), firm=True)
            elif not mentions and len(names.parameters) == 1 and "parameter" in prose.low[start:end]:
                yield Claim(About.DEFAULT, "", value, match.start(), match.end(), firm=True)


def _in_between(prose: Prose, start: int, end: int) -> bool:
    """Whether something else that has a default stands between: an output, a state."""
    return bool(re.search(r"\b(?:output|state|case|value of \w+|statement|branch)\b", prose.low[start:end]))


_PLACEHOLDERS = frozenset(
    "topmodule top_module refmodule ref_module top dut uut main module design reference_module tb".split()
)
"""Names that benchmarks give to whatever is under test: VerilogEval's TopModule and RefModule."""
_NAME = r"(?P<name>[A-Za-z_]\w*)"
MODULE_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?P<strong>module|entity) (?:is )?(?:named|called|titled) {{1,3}}{_NAME}",
        r"\b(?P<strong>name|call) (?:the|this|your) (?:top[- ]?(?:level)? )?(?:module|design)"
        rf" {{1,3}}{_NAME}",
        rf"\b(?P<strong>[Mm]odule(?:'s)? name)(?: is| should be| must be)?:?\s{{1,9}}{_NAME}"
        r"(?=\s*(?:[.,;:)(]|$)|\n)",
        rf"\bmodule {_NAME}(?=\s*(?:[.,;:)#(]|$|that\b|with\b|which\b|to\b|is\b|has\b|must\b|should\b))",
        rf"\b[Tt]he {_NAME} module\b",
    )
)
"""The first three can hardly mean anything else."""


def is_placeholder(name: str) -> bool:
    """Whether a module's name stands for any module."""
    return name.lower() in _PLACEHOLDERS


def module_claims(prose: Prose) -> Iterator[Claim]:
    """The names that a text gives to modules; firm where it says that it is a name."""
    for form in MODULE_FORMS:
        for match in form.finditer(prose.plain):
            name, strong = match["name"], bool(match.groupdict().get("strong"))
            if name.lower() in KEYWORDS or is_placeholder(name) or (not strong and not _is_module_name(name)):
                continue
            yield Claim(About.MODULE, name, "", match.start(), match.end("name"), firm=True)


def _is_module_name(name: str) -> bool:
    return looks_like_name(name) or (
        any(char.isdigit() for char in name) and name[0].islower() and len(name) > 3
    )


_DEPTH_FORMS = tuple(
    re.compile(form)
    for form in (
        r"\b(?P<n>[\w-]{1,20}) (?:words|entries|locations|rows|registers) of (?:[\w-]{1,20}) bits\b",
        r"\b(?P<n>[\w-]{1,20}) (?:words|entries|locations) deep\b",
        r"\b(?:of|with|has|to) (?P<n>[\w-]{1,20}) (?:words|entries|locations)\b(?! of)",
        r"\bdepth of (?P<n>[\w-]{1,20})\b",
        r"\b(?P<n>\d{1,7})[- ]deep\b",
        r"\b(?P<n>\d{1,7})[- ](?:word|entry)\b",
    )
)


def depth_claims(prose: Prose) -> Iterator[Claim]:
    """How many words a text says that a memory holds."""
    for form in _DEPTH_FORMS:
        for match in form.finditer(prose.low):
            pieces = Prose(match["n"]).pieces
            number = number_at(pieces, 0)
            if number is not None and number[1] == len(pieces) and number[0] > 1:
                yield Claim(About.DEPTH, "", number[0], match.start(), match.end(), firm=True)
