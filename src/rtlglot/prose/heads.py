"""What may stand before a signal's name: a width, a direction, and the nouns between.

"8-bit inputs a and b", "output reg [7:0] q", "an asynchronous, active-low reset input rst_n".
"""

from __future__ import annotations

from dataclasses import dataclass

from rtlglot.prose.claims import width_at
from rtlglot.prose.names import Names
from rtlglot.prose.tokens import Mark, Piece

DIRECTIONS = {
    "input": "input",
    "inputs": "input",
    "output": "output",
    "outputs": "output",
    "inout": "inout",
    "inouts": "inout",
}
_SINGULAR = """
    port signal pin line bus vector wire reg register logic operand value word flag number integer net
    data control clock reset enable select address count serial parallel opcode byte digit
""".split()
PLURAL = frozenset(
    "ports signals pins lines buses vectors wires registers operands values words flags numbers digits"
    " integers nets inputs outputs inouts".split()
)
_ADJECTIVES = """
    signed unsigned scalar binary named called labeled labelled registered combinational asynchronous
    synchronous async sync active high low wide two's complement single clocked following
""".split()
_FILLERS = PLURAL.union(_SINGULAR, _ADJECTIVES)
_OF_OTHERS = frozenset({"enable", "ready", "acknowledge", "stall"})
_MOST_FILLERS = 7
_NOUN_FOLLOWS = frozenset({":", "(", "[", "port", "ports", "signal", "signals", "pin", "pins"})
_NOUN_BEFORE = frozenset(
    """
    the a an its one two three four five six seven eight nine ten has have with all each single this
    these only of for from both , ; : ( | * as bit
    """.split()
).union(_SINGULAR, _ADJECTIVES)
_STATES = frozenset(
    ", . : ( [ ; = is are has should must will shall takes holds goes carries shows gives indicates"
    " and or which that".split()
)
"""What follows a subject: tells "Output q holds …" from "Output q when …"."""


@dataclass(frozen=True, slots=True)
class Head:
    """Everything before the first name."""

    start: int
    """Index of its first piece."""
    end: int
    """Index behind its last piece."""
    width: int | None
    direction: str | None
    plural: bool
    spreads: bool
    """Its width is that of all names that follow: "8-bit inputs a, b", and "[7:0] a, b" in Verilog."""
    noun: bool
    """False where its direction word may be a verb: whether it is one shows behind the name."""


def head_at(pieces: list[Piece], start: int, names: Names) -> Head | None:
    """The head that begins at a place with a width or a direction; None where there is none."""
    if start >= len(pieces) or _selects(pieces, start):
        return None
    at, width, direction, fillers = start, None, None, 0
    plural, spreads, noun = False, False, True
    while at < len(pieces) and fillers <= _MOST_FILLERS:
        piece = pieces[at]
        found = width_at(pieces, at) if width is None else None
        if found is not None:
            spreads = spreads or (piece.mark is Mark.RANGE and direction is not None)
            width, at = found
            continue
        if piece.low in DIRECTIONS and direction is None and not _is_compound(pieces, at, names):
            direction = DIRECTIONS[piece.low]
            noun = width is not None or _is_noun(pieces, at)
            plural, spreads = _plural(piece, width, plural=plural, spreads=spreads)
            if width is None and not _may_be_noun(pieces, at):
                return None
        elif (width is None and direction is None) or not _is_filler(pieces, at, names):
            break
        else:
            plural, spreads = _plural(piece, width, plural=plural, spreads=spreads)
            fillers += 1
        at += 1
    if width is None and direction is None:
        return None
    return Head(start, at, width, direction, plural, spreads, noun)


def _selects(pieces: list[Piece], at: int) -> bool:
    """Whether a range belongs to the word before it: y[2:0]."""
    return pieces[at].mark is Mark.RANGE and at > 0 and pieces[at - 1].end == pieces[at].start


def _plural(piece: Piece, width: int | None, *, plural: bool, spreads: bool) -> tuple[bool, bool]:
    if piece.low not in PLURAL:
        return plural, spreads
    return True, spreads or width is not None


def _is_compound(pieces: list[Piece], at: int, names: Names) -> bool:
    """ "output enable oe", "input ready s_ready": the direction is that of other signals."""
    if at + 2 >= len(pieces) or pieces[at + 1].low not in _OF_OTHERS:
        return False
    return names.port(pieces[at + 1]) is None or names.port(pieces[at + 2]) is not None


def _is_filler(pieces: list[Piece], at: int, names: Names) -> bool:
    piece = pieces[at]
    if piece.text in ("-", ","):
        # between adjectives only: "active-low", "asynchronous, active-low"
        return at + 1 < len(pieces) and pieces[at + 1].low in _ADJECTIVES
    if piece.low not in _FILLERS or piece.quoted:
        return False
    if names.port(piece) is None:
        return True
    # a port may be called `data`: it is a filler where the name still comes
    return (
        at + 1 < len(pieces)
        and names.port(pieces[at + 1]) is not None
        and pieces[at + 1].low not in ("a", "i")
    )


def _is_noun(pieces: list[Piece], at: int) -> bool:
    """Whether "input", "output" and their plurals are surely nouns here: "output q" can be an order."""
    behind = pieces[at + 1].low if at + 1 < len(pieces) else "."
    if behind in _NOUN_FOLLOWS:
        return True
    if at == 0 or pieces[at - 1].mark is Mark.BREAK:
        return pieces[at].low in PLURAL
    if pieces[at].low in PLURAL and behind in ("a", "an", "the"):
        return False
    return pieces[at - 1].low in _NOUN_BEFORE


def _may_be_noun(pieces: list[Piece], at: int) -> bool:
    """False where it is a verb: "it outputs a", "to output b"."""
    if _is_noun(pieces, at):
        return True
    if at == 0 or pieces[at - 1].mark is Mark.BREAK:
        return True
    return pieces[at].low not in PLURAL and pieces[at - 1].low in ("and", "or")


def states(piece: Piece | None) -> bool:
    """Whether what follows a name shows that the name is a subject or an entry of a list."""
    if piece is None or piece.mark in (Mark.BREAK, Mark.RANGE) or piece.low in _STATES:
        return True
    # a verb in the third person
    return len(piece.low) > 3 and piece.low.endswith("s") and piece.low not in PLURAL
