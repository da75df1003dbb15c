"""Lists of names: "clk, rst, 8-bit din and dout[7:0] (registered)", with what stands at each name."""

from __future__ import annotations

from dataclasses import dataclass

from rtlglot.prose.claims import width_at
from rtlglot.prose.heads import DIRECTIONS, PLURAL, Head, head_at
from rtlglot.prose.names import GRAMMAR, looks_like_name
from rtlglot.prose.tokens import Mark
from rtlglot.prose.view import View

_ARTICLES = frozenset({"a", "an", "the", "each", "one", "another"})
_BEFORE_WIDTH = PLURAL.union(
    "a an the input output inout reg wire logic signed unsigned , - port signal".split()
)
"""What may stand in a bracket before a width."""
_MOST_ITEMS = 200
_LONGEST_REMARK = 80
"""Pieces."""
_LONGEST_BRACKET = 16


@dataclass(slots=True)
class Item:
    """One name of a list, with what stands at it."""

    name: str
    at: int
    """Index of its piece."""
    known: bool
    """The design has such a signal."""
    width: int | None = None
    width_from: int = 0
    """Index of the first piece of the words that give its width."""
    width_to: int = 0
    """Index behind the last of them."""
    attached: bool = False
    """The width stands right at the name: in brackets or as its range."""
    range: bool = False
    """The width is a range behind the name, which could also be a part of it."""
    direction: str | None = None
    """What a bracket or a remark at the name says."""
    direction_to: int = 0
    """Index of the piece that says it."""
    loose: bool = False
    """The direction may belong to a word of prose: "the carry input"."""

    def give_width(self, found: tuple[int, int], *, attached: bool = True) -> None:
        """The width that stands behind the name, as `width_at` gives it; one that it has stays."""
        if self.width is None:
            self.width, self.width_to = found
            self.width_from, self.attached = self.at, attached


class ItemReader:
    """Reads lists in a view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._pieces = view.pieces

    def items(self, at: int, head: Head | None, *, colon: bool) -> tuple[list[Item], int]:
        """The names from a place on, and the place behind the last of them.

        `colon`: the list has a heading, so that its entries may stand in lines and carry remarks.
        """
        items: list[Item] = []
        width, width_from, spreads = None, 0, False
        if head is not None and head.width is not None:
            width, width_from, spreads = head.width, head.start, head.spreads
        behind = at
        while len(items) < _MOST_ITEMS:
            listed = colon or bool(items)
            several = listed or (head is not None and head.plural)
            found = self._item(at, first=not items, listed=listed, several=several)
            if found is None:
                break
            item, at, own_spreads = found
            if item.width is not None:
                width, width_from, spreads = item.width, item.width_from, own_spreads
            elif width is not None and (not items or spreads):
                item.width, item.width_from = width, width_from
            items.append(item)
            at = self._past_remark(item, at) if colon else at
            behind, at = at, self._view.past_separators(at, lines=colon)
            if at == behind:
                break
        return items, behind

    def _item(self, at: int, *, first: bool, listed: bool, several: bool) -> tuple[Item, int, bool] | None:
        """A name with its own width before it and its range or bracket behind it; the place behind,
        and whether its width is also that of the names that follow."""
        if not first and self._view.low(at) in _ARTICLES and self._view.name(at) is None:
            at += 1
        width, own_from, spreads = width_at(self._pieces, at), at, False
        if width is not None:
            head = head_at(self._pieces, at, self._view.names)
            if head is None or (head.direction is not None and not first):
                return None
            at, spreads = head.end, head.spreads
            at += self._is_noun_before_name(at)
        name = self._view.name(at)
        known = name is not None
        name = name or self._view.unknown(at, listed=listed, several=several)
        if name is None:
            return None
        item = Item(name, at, known)
        if width is not None:
            item.width, item.width_from = width[0], own_from
        return item, self._attached(item, at + 1), spreads

    def _is_noun_before_name(self, at: int) -> bool:
        """A noun that no list of ours holds, between a width and a name: "3-bit opcode op"."""
        piece = self._view.piece(at)
        if piece is None or piece.mark is not Mark.WORD or piece.low in GRAMMAR:
            return False
        if self._view.name(at) is not None or looks_like_name(piece.text):
            return False
        return self._view.name(at + 1) is not None

    def _attached(self, item: Item, at: int) -> int:
        """Read the range and the bracket right behind a name; the place behind them."""
        if self._view.is_range(at):
            found = width_at(self._pieces, at)
            if found is not None and item.width is None:
                item.give_width(found)
                item.range = True
            at += 1
        return self._bracket(item, at) if self._view.low(at) == "(" else at

    def _bracket(self, item: Item, at: int) -> int:
        """ "(8-bit)", "(input, 8 bits)"."""
        last = min(at + _LONGEST_BRACKET, len(self._pieces))
        close = next((place for place in range(at + 1, last) if self._pieces[place].text == ")"), None)
        if close is None:
            return at
        for inside in range(at + 1, close):
            found = width_at(self._pieces, inside)
            if found is not None:
                if self._is_whole(found[1], close):
                    item.give_width(found)
                break
            direction = DIRECTIONS.get(self._view.low(inside))
            if direction is not None and inside == at + 1:
                item.direction, item.direction_to = direction, inside
            elif self._view.low(inside) not in _BEFORE_WIDTH:
                break
        return close + 1

    def _is_whole(self, at: int, close: int) -> bool:
        """Whether a width in a bracket speaks of the name alone and as a whole."""
        behind = self._pieces[at:close]
        return not any(piece.low in ("of", "from", "in", "at", "to", "each") for piece in behind)

    def _past_remark(self, item: Item, at: int) -> int:
        """Past what an entry of a headed list says of its port, to the next line: "a[7:0]: first operand"."""
        if self._view.low(at) not in (":", "-", "="):
            return at
        look = at + 1 + (self._view.low(at + 1) in ("a", "an", "the"))
        width = width_at(self._pieces, look)
        if width is not None:
            item.give_width(width)
        for line in range(at + 1, min(at + _LONGEST_REMARK, len(self._pieces))):
            if self._pieces[line].text == "\n":
                return line if self._is_entry(line + 1) else at
        return at

    def _is_entry(self, at: int) -> bool:
        """Whether a line begins with a name and what sets off a remark."""
        if self._view.low(at) in DIRECTIONS:
            return False
        named = self._view.name(at) is not None or self._view.looks_meant(at)
        return named and (self._view.is_range(at + 1) or self._view.low(at + 1) in (":", "-", "(", "="))

    def widths_behind(self, items: list[Item], at: int) -> int:
        """What is said of all names of a list behind it: "…, 8 bits each", "… are each 8-bit"."""
        look, verb = at, False
        if self._view.low(look) in (",", "("):
            look += 1
        elif self._view.low(look) in ("is", "are"):
            look, verb = look + 1, True
        each = False
        for _ in range(2):
            if self._view.low(look) in ("each", "all", "both", "a", "an", "only"):
                each = each or self._view.low(look) in ("each", "all", "both")
                look += 1
        found = width_at(self._pieces, look)
        if found is None or self._view.is_range(look):
            return at
        behind = self._view.low(found[1])
        if not (verb or each or behind in ("each", "apiece")) or behind in (
            "of",
            "from",
            "to",
            "or",
            "shift",
        ):
            return at
        for item in items:
            item.give_width(found, attached=False)
        return found[1]
