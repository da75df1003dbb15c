"""Whether two texts are one and the same design under other names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, code_tokens, strip_comments

PLACES = ("__FILE__", "__LINE__")
"""Macros that tell where a text stands."""


def same_but_for_names(one: str, other: str, fixed: Iterable[str] = ()) -> bool:
    """Token for token the same, but for a one-to-one change of names other than the `fixed` ones.

    Both are texts without macros; layout and comments do not count.
    """
    ours, theirs = list(code_tokens(one)), list(code_tokens(other))
    if len(ours) != len(theirs):
        return False
    kept = KEYWORDS | set(fixed)
    there: dict[str, str] = {}
    back: dict[str, str] = {}
    for left, right in zip(ours, theirs, strict=True):
        if left.kind is not right.kind:
            return False
        if left.kind is not Kind.NAME or left.text in kept or right.text in kept:
            if left.text != right.text:
                return False
        elif (
            there.setdefault(left.text, right.text) != right.text
            or back.setdefault(right.text, left.text) != left.text
        ):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Conditional:
    """A text, and what it is where others define macros."""

    text: str
    """As delivered."""
    macros: Collection[str]
    """Of others, which decide what it is."""
    alternatives: Mapping[str, str]
    """What it is, by the names of what is defined, with blanks between; none where they are too many."""


def foreign_macros(theirs: Conditional, ours: Conditional, ports: Iterable[str]) -> list[str]:
    """Macros of others with which our design is not theirs but for names, as far as can be told: a proof
    and a simulation here speak of what it is where nobody defines any."""
    fixed = {*ports, *theirs.macros, *ours.macros}
    foreign = [name for name in ours.macros if name in PLACES and name not in theirs.macros]
    if foreign or not ours.macros or same_but_for_names(theirs.text, ours.text, fixed):
        return foreign
    asked = {name for names in theirs.alternatives for name in names.split()}

    def agree(names: str) -> bool:
        matters = " ".join(name for name in names.split() if name in asked)
        return same_but_for_names(theirs.alternatives.get(matters, ""), ours.alternatives[names], fixed)

    told = bool(ours.alternatives) and all(agree(names) for names in ours.alternatives if names)
    return [] if told else list(ours.macros)


_TIME = re.compile(r"`(timescale\b[^/`]*/\s*\w+(?:\s+[munpf]?s\b)?|delay_mode_\w+)")


def time_settings(text: str) -> list[str]:
    """The compiler directives of a text that say how long its delays are."""
    return ["".join(found.split()) for found in _TIME.findall(strip_comments(text))]
