"""Which words of a text are names of a design, and which look as if they should be."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rtlglot.prose.tokens import Mark, Piece
from rtlglot.verilog.facts import Facts
from rtlglot.verilog.interface import Port

GRAMMAR = frozenset(
    """
    a all also an and any are as at be both but by can do each either else even every for from given go
    goes had has have high how i if in into is it its just less low may me more most must neither next
    no none nor not now of off on once one only or other our out over own s same second set should so
    some such than that the their them then there these they this those to too two under until up upon
    us use used was we were what when where which while who will with without you your zero
    """.split()
)
"""Words of grammar: a port of such a name is meant only where nothing else fits."""

PLAIN = GRAMMAR | frozenset(
    """
    acknowledge active add address after alarm amount area average back bank base begin bit bits block
    board body borrow bottom bound break buffer bus busy button byte bytes cap carry cause center change
    channel character charge check clear clock code coin column command compare complete condition
    control cool copy count counter counting current cycle cycles data day dead decimal decode delay
    depth destination device digit digits dime dimension direction disable dispense dividend divisor done
    door down drop duty edge element empty enable encode end entry equal error event expect fail fall
    false fan fault fetch field filter find finish first flag floor flow fold force frame free full
    function gate go grant green ground group half halt heat hold hour hundreds idle image index
    init input inputs instruction interrupt invalid invert item kick know last latch lead left length
    level light limit line link list load local lock long loop lower mark mask master match maximum mean
    memory message minimum minute mismatch mode month motor move negative nickel number odd ones open
    operand operation order output outputs overflow packet page parallel parity part pass path pattern
    pause period phase pick pin pixel point pop port position positive power present press pressed
    previous priority product program pulse push quotient ready receive red reduce register reject
    remainder remote request reset result right ring ringer rise rotate row run sample saturated scale
    seed select selection sense sequence serial sign signal single size skip slot small source space
    speed stable stack start state status step stop store sum sync syndrome system table tag tail take
    target temperature tens test tick time timeout timer toggle top total track transfer transmit trigger
    true turn type unit update upper user valid validity value values vector visible wait walk water way
    week wide width window wire word words work write wrong year yellow zone bite give
    position average product quotient remainder gray binary right rotate
    """.split()
)
"""Words that a text about hardware uses whether or not a signal is called so."""

SHORT_FORMS = frozenset(
    """
    clk rst rstn nrst arst srst din dout addr waddr raddr wdata rdata wen ren wr rd sel en ena ack req
    cnt ctrl cin cout ce oe cs csn wclk rclk hsync vsync sclk mosi miso sda scl tx rx txd rxd irq intr
    areset aresetn resetn nreset clkin clkout datain dataout enb regwrite memread
    """.split()
)
"""Abbreviations that mean a signal wherever they stand."""


def is_plain(name: str) -> bool:
    """Whether a name is also an ordinary word of such texts."""
    return name.lower() in PLAIN


def is_grammar(name: str) -> bool:
    """Whether a name is also a word of grammar, or one letter that is (a, i)."""
    return name.lower() in GRAMMAR


_SNAKE = re.compile(r"[A-Za-z]+[A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|_[A-Za-z]\w*|[A-Za-z]\w*_")
_CAMEL = re.compile(r"[a-z]+[0-9]*(?:[A-Z][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,}")
_NUMBERED = re.compile(r"[a-z]{1,5}[0-9]{1,3}|[A-Z][0-9]{1,2}")


def looks_like_name(word: str) -> bool:
    """snake_case or camelCase: no word of English."""
    return bool(_SNAKE.fullmatch(word) or (_CAMEL.fullmatch(word) and not word.endswith("s")))


def looks_numbered(word: str) -> bool:
    """in0, q15, S1: a signal or a state, now and then a product's name."""
    return bool(_NUMBERED.fullmatch(word))


class Names:
    """What the words of a text can stand for in one design."""

    def __init__(self, facts: Facts) -> None:
        interface = facts.interface
        self.facts = facts
        self.ports: dict[str, Port] = {port.name: port for port in interface.ports} if interface else {}
        self.parameters = {p.name: p.value for p in interface.parameters} if interface else {}
        self._folded = {name.lower(): name for name in facts.names}
        self._ports_folded = _unique(self.ports)

    def port(self, piece: Piece) -> str | None:
        """The port that a word names: spelled so, or so but for case where that is no ordinary word."""
        if piece.mark is not Mark.WORD:
            return None
        word = base(piece)
        if word in self.ports:
            return word
        if len(word) > 1 and (piece.quoted or not is_plain(word)):
            return self._ports_folded.get(word.lower())
        return None

    def knows(self, word: str) -> bool:
        """Whether the design has any such identifier, case aside."""
        return word in self.facts.names or word.lower() in self._folded


def base(piece: Piece) -> str:
    """A word without a genitive's 's."""
    return piece.text.partition("'")[0]


def _unique(names: Iterable[str]) -> dict[str, str]:
    """Lower case to name, where only one name folds to it."""
    folded: dict[str, str | None] = {}
    for name in names:
        folded[name.lower()] = None if name.lower() in folded else name
    return {low: name for low, name in folded.items() if name is not None}
