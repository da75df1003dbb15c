"""Reads what a text says about clock edges and about having a clock, a reset or state at all."""

from __future__ import annotations

import re

from rtlglot.prose.claims import About, Claim
from rtlglot.prose.tokens import Prose

_EDGES = {
    "rising": "rising",
    "positive": "rising",
    "pos": "rising",
    "leading": "rising",
    "posedge": "rising",
    "low-to-high": "rising",
    "falling": "falling",
    "negative": "falling",
    "neg": "falling",
    "trailing": "falling",
    "negedge": "falling",
    "high-to-low": "falling",
}
_KIND = r"rising|falling|positive|negative|leading|trailing|low-to-high|high-to-low"
_WHICH = (
    r"(?:the |its |an? |each |every |input |system |main |global |module's "
    r"|clock signal |clock input |clock ){0,3}"
)
_CLOCK = r"(?P<clock>[a-z_][\w$]*)"
_EDGE_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\b(?P<edge>{_KIND})[- ](?:clock )?(?:signal )?edges? (?:of|on|in) {_WHICH}{_CLOCK}",
        rf"\b(?P<edge>{_KIND}) (?P<clock>[a-z_][\w$]*)(?: signal)?[- ]edges?\b",
        rf"\b(?P<edge>posedge|negedge) (?:of )?{_WHICH}{_CLOCK}",
        rf"\b(?P<clock>[a-z_][\w$]*)'s (?P<edge>{_KIND}) edges?\b",
        rf"\b(?P<clock>clock|clk)'?s? (?P<edge>{_KIND}) edges?\b",
        r"\b(?P<edge>positive|negative|pos|neg|rising|falling)[- ]?edge[- ]trigger\w*+(?P<clock>)"
        r"(?![ \n]+(?:asynchronous |synchronous |active\S* )*\w*reset)",
    )
)
_ACTS = re.compile(
    r"(?:\b(?:on|at|upon|by|with|to|after|every|each|any|following|for|using|uses)\b"
    r"(?:[ \n](?:only|both|the|each|every|a|any|all|next|same|that|subsequent|further|first))*"
    r"|@[ ]?\(?)[ \n]*\Z"
)
"""Before an edge: the design does something at it."""
_DENIES = re.compile(
    r"\b(?:not|never|no|instead of|rather than|unlike|opposed to|except|neither|n't)\b[^.;\n]{0,24}\Z"
)


def timing_claims(prose: Prose) -> list[Claim]:
    """Claims in no particular order; a clock's name may be any word, it is for the comparison to know."""
    return [*_edge_claims(prose), *_absence_claims(prose)]


def _edge_claims(prose: Prose) -> list[Claim]:
    found = []
    for number, form in enumerate(_EDGE_FORMS):
        for match in form.finditer(prose.low):
            before = prose.low[max(0, match.start() - 60) : match.start()]
            if _DENIES.search(before):
                continue
            clock = prose.plain[match.start("clock") : match.end("clock")]
            firm = bool(_ACTS.search(before)) or number == len(_EDGE_FORMS) - 1
            found.append(Claim(About.EDGE, clock, _EDGES[match["edge"]], match.start(), match.end(), firm))
    return found


_SUBJECT = r"(?:the|this|entire|whole|overall) (?:(?:\w+ ){0,2}?module|circuit|design|gate|logic|device)"
_ORDER = r"(?:design|write|create|implement|build|make)"
_COMBINATIONAL = re.compile(
    "|".join(
        (
            rf"\b{_SUBJECT} (?:is|remains) (?:an? )?(?:purely |fully |entirely |completely |simple |only )*"
            r"combinational(?! (?:with|in|from|on|when|while|path|output|input|part))",
            r"\bpurely combinational (?:module|circuit|design|unit)\b",
            r"\buse (?:purely |only )?combinational logic(?: only)?[,.;]",
            r"\bcombinational (?:logic )?only\b",
            rf"\b{_ORDER} (?:an? )?(?:\w+ ){{0,2}}?combinational (?:module|circuit|design)\b",
        )
    )
)
"""Only what speaks of the whole: the outputs and the next-state logic of a clocked design are
combinational often enough."""
_WHOLE = r"(?:module|design|circuit|gate|unit|it|logic|and|which|that)"
_HAS = rf"(?:\b{_WHOLE}|,) (?:also )?(?:has|have|uses|needs|requires|contains|with)"
_NONE = rf"(?:(?:there (?:is|are)|{_HAS}|\bwith|\bor|\bnor|,|\.|^|;)[ \n]{{1,4}}|\A)"
_NOT_A_CLOCK = r"(?! (?:edge|cycle|enable|gating|domain|divider|period|tick))"
_NO_CLOCK = re.compile(
    rf"{_NONE}(?:no|neither(?: a)?)[ \n]{{1,4}}clock{_NOT_A_CLOCK}\b"
    rf"|\bwithout (?:a |any |using a )?clock{_NOT_A_CLOCK}\b",
    re.MULTILINE,
)
_ENDS = r"(?=\s*(?:[.;,)]|$|or\b|and\b|nor\b|but\b))"
_KIND_OF = r"(?:clock (?:or|and|nor) |clock, (?:no )?|external |dedicated |global )?"
_NO_RESET = re.compile(
    rf"{_NONE}no[ \n]{{1,4}}{_KIND_OF}reset(?:s| input| signal| port)?{_ENDS}"
    rf"|\b(?:without|neither)\b(?: a)? clock,? (?:or|nor|and) (?:a )?reset{_ENDS}"
    r"|\bwithout (?:a |any )reset(?: input| signal| port)?(?=\s*[.;)]|$)",
    re.MULTILINE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|while|whenever|until|unless|once|as long as|during|case)\b[^.;\n]{0,60}\Z"
)


def _absence_claims(prose: Prose) -> list[Claim]:
    found = []
    for about, form in (
        (About.COMBINATIONAL, _COMBINATIONAL),
        (About.NO_CLOCK, _NO_CLOCK),
        (About.NO_RESET, _NO_RESET),
    ):
        for match in form.finditer(prose.low):
            before = prose.low[max(0, match.start() - 80) : match.start()]
            if about is not About.COMBINATIONAL and _CONDITION.search(before + match[0][:6]):
                continue
            found.append(Claim(about, "", "", match.start(), match.end(), True))
    return found
