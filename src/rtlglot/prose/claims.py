"""What a text says about a design, one claim at a time, with the words it says it in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rtlglot.prose.tokens import Mark, Piece


class About(StrEnum):
    """What a claim is about."""

    WIDTH = "width"
    """Subject a signal, value its bits."""
    DIRECTION = "direction"
    """Value 'input', 'output' or 'inout'."""
    PORT = "port"
    """That there is such a port; value its direction or ''."""
    INDEX = "index"
    """That a signal has such a bit; value its number."""
    NAME = "name"
    """That the design has such a signal."""
    EDGE = "edge"
    """Subject a clock ('' for the only one), value 'rising' or 'falling'."""
    COMBINATIONAL = "combinational"
    """That the whole design is."""
    NO_CLOCK = "no-clock"
    NO_RESET = "no-reset"
    SYNCHRONY = "synchrony"
    """Subject a reset ('' for the only one), value 'synchronous' or 'asynchronous'."""
    POLARITY = "polarity"
    """Subject likewise, value the active level: 'high' or 'low'."""
    RESET_VALUE = "reset-value"
    """Subject an output ('' for a register that may be the only one), value what it is in reset: a number,
    or `ALL_ONES`."""
    MODULE = "module"
    """That the module is called so."""
    PARAMETER = "parameter"
    """That there is such a parameter."""
    DEFAULT = "default"
    """Subject a parameter ('' for the only one), value its default."""
    DEPTH = "depth"
    """Value how many words the memory holds."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a text says of one subject."""

    about: About
    subject: str
    value: str | int
    start: int
    """Where the words stand that say it."""
    end: int
    firm: bool
    """The words can hardly mean anything else."""


_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_ONES += " sixteen seventeen eighteen nineteen"
_NUMBERS = {word: value for value, word in enumerate(_ONES.split())}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS |= {word: 10 * ten for ten, word in enumerate(_TENS, start=2)}
MOST_BITS = 1 << 20


def number_at(pieces: list[Piece], index: int) -> tuple[int, int] | None:
    """A cardinal number in digits or words (up to 99) at a place, and the place behind it."""
    if index >= len(pieces):
        return None
    piece = pieces[index]
    if piece.mark is Mark.NUMBER:
        digits = piece.text.replace("_", "").replace(",", "")
        if digits.isdecimal() and len(digits) <= 9:
            return int(digits), index + 1
        return None
    value = _NUMBERS.get(piece.low)
    if value is None or piece.mark is not Mark.WORD:
        return None
    if value >= 20 and index + 2 < len(pieces) and pieces[index + 1].text == "-":
        ones = _NUMBERS.get(pieces[index + 2].low, 0)
        if 0 < ones < 10:
            return value + ones, index + 3
    return value, index + 1


def width_at(pieces: list[Piece], index: int) -> tuple[int, int] | None:
    """A width at a place ("8-bit", "eight bits wide", "single-bit", "[7:0]"), and the place behind it."""
    if index >= len(pieces):
        return None
    piece = pieces[index]
    if piece.mark is Mark.RANGE:
        return _of_range(piece.text, index)
    found = (1, index + 1) if piece.low == "single" else number_at(pieces, index)
    if found is None or not 0 < found[0] <= MOST_BITS:
        return None
    value, at = found
    if at < len(pieces) and pieces[at].text == "-":
        at += 1
    if at >= len(pieces) or pieces[at].low not in ("bit", "bits"):
        return None
    at += 1
    hyphen = at < len(pieces) and pieces[at].text == "-"
    if at + hyphen < len(pieces) and pieces[at + hyphen].low in ("wide", "long"):
        at += hyphen + 1
    return value, at


def bounds(text: str) -> tuple[int, int | None]:
    """The numbers in [7:0] or [3]."""
    first, colon, second = text.strip("[]").partition(":")
    return int(first), int(second) if colon else None


def _of_range(text: str, index: int) -> tuple[int, int] | None:
    left, right = bounds(text)
    return None if right is None else (abs(left - right) + 1, index + 1)
