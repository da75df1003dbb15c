"""Reads what a text says about ports: which there are, which way they go, how wide they are."""

from __future__ import annotations

import re
from itertools import pairwise

from rtlglot.prose.claims import About, Claim, bounds, number_at, width_at
from rtlglot.prose.heads import DIRECTIONS, PLURAL, Head, head_at, states
from rtlglot.prose.items import Item, ItemReader
from rtlglot.prose.names import Names, is_plain, looks_numbered
from rtlglot.prose.tokens import Mark, Prose
from rtlglot.prose.view import View

_VAGUE = frozenset("data value signal result word vector state count bit bits number byte bytes code".split())
"""Names that even behind a width may be meant as words."""
_PARTS = frozenset(
    "lower upper low high first last top bottom most least significant remaining middle other".split()
)
"""Before a width: it is that of a part of what is named."""
_ROLES = {
    word: re.compile(pattern, re.IGNORECASE)
    for word, pattern in {
        "clock": r"clk|ck\b|clock",
        "reset": r"rst|res",
        "enable": r"en|ce",
        "select": r"s",
        "data": r"d|in|a",
        "address": r"ad",
        "load": r"ld|load",
        "carry": r"c",
        "input": r"",
        "output": r"",
    }.items()
}
"""Words that name a port's role, with what the port may be called then."""
_LONGEST_CELL = 40
"""Pieces."""


def port_claims(prose: Prose, names: Names) -> list[Claim]:
    """What a text says about ports and other signals."""
    return _PortReader(View(prose, names)).read()


class _PortReader:
    """One pass over a text's pieces."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._items = ItemReader(view)
        self._claims: list[Claim] = []
        self._ranges: dict[Claim, Item] = {}
        """Claims of a width that only a range behind a name makes."""
        self._selects: dict[str, set[str]] = {}
        """The ranges that stand behind each name."""
        for piece, following in pairwise(view.pieces):
            if following.mark is Mark.RANGE and following.start == piece.end:
                self._selects.setdefault(piece.text, set()).add(following.text)

    def read(self) -> list[Claim]:
        """All claims, in the order of the text."""
        at = 0
        while at < len(self._view.pieces):
            at = max(self._from(at), at + 1)
        for claim, item in self._ranges.items():
            if self._may_be_part(claim):
                self._claims.remove(claim)
                self._say_index(item)
        return self._claims

    def _may_be_part(self, claim: Claim) -> bool:
        """Whether q[3:0] can be a part of q: the text speaks of other parts, or gives q another width."""
        others = {c.value for c in self._claims if c.about is About.WIDTH and c.subject == claim.subject}
        return len(others) > 1 or len(self._selects.get(claim.subject, ())) > 1

    def _from(self, at: int) -> int:
        """Read what begins at a place; gives the place behind it."""
        head = head_at(self._view.pieces, at, self._view.names)
        if head is not None:
            behind = self._list(head)
            if behind > head.end:
                return behind
            return head.end - 1 if head.width is None else at + 1
        return self._run(at) if self._view.name(at) is not None else at + 1

    # names behind a head

    def _list(self, head: Head) -> int:
        at, colon = self._past_opening(head)
        items, behind = self._items.items(at, head, colon=colon)
        if not items:
            return head.end
        listed = colon or len(items) > 1
        following = self._view.piece(items[0].at + 1)
        if head.direction and not head.noun and not listed and not states(following):
            return behind
        behind = self._items.widths_behind(items, behind)
        # beside two real ports a third word in the same list means a port as well
        company = sum(item.known for item in items) >= 2
        for item in items:
            self._say_item(item, head, listed=listed, company=company)
        return behind

    def _past_opening(self, head: Head) -> tuple[int, bool]:
        """Past what stands between a head and its list; whether that is a colon."""
        at, colon = head.end, False
        while (piece := self._view.piece(at)) is not None:
            opens = piece.text in ("(", ",") or piece.low in ("are", "namely", "include")
            if piece.text == ":" and not colon:
                colon = True
            elif not (piece.text == "\n" and colon) and not (head.plural and opens):
                break
            at += 1
        return at, colon

    # names that no head announces

    def _run(self, at: int) -> int:
        items, behind = self._items.items(at, None, colon=False)
        if not items:
            return at + 1
        after = self._single(items[0], at, behind) if len(items) == 1 else behind
        if after == behind:
            after = self._items.widths_behind(items, behind)
        for item in items:
            self._say_direction(item)
            if self._view.is_range(item.at + 1):
                self._say_index(item)
            elif item.width is not None:
                self._say_width(item, firm=item.attached or len(items) > 1 or self._is_meant(item))
        return max(after, at + 1)

    def _single(self, item: Item, start: int, at: int) -> int:
        """ "q is an 8-bit output", "q: 8-bit output", "q, an 8-bit output", "the q output"."""
        low, article = self._view.low(at), self._view.low(at + 1)
        if low == "|" and self._view.low(start - 1) == "|":
            return self._row(item, at)
        if low in DIRECTIONS and low not in PLURAL:
            return self._noun_behind(item, start, at)
        first = start == 0 or self._view.is_break(start - 1)
        opens = low in ("is", "was") or (first and low in (":", "-", "|"))
        if not opens and not (low == "," and article in ("a", "an")):
            return at
        head = head_at(self._view.pieces, at + 1 + (article in ("a", "an", "the")), self._view.names)
        if head is None or head.plural or self._view.name(head.end) is not None:
            return at
        behind = self._view.low(head.end)
        if behind in ("of", "from", "to") or (article == "the" and not states(self._view.piece(head.end))):
            return at  # "q is the output of the adder", "y is the input whose number is sel"
        if head.direction is not None:
            item.direction, item.direction_to = head.direction, head.end - 1
        if head.width is not None and (head.direction or low != ","):
            item.give_width((head.width, head.end))
        return head.end

    def _row(self, item: Item, at: int) -> int:
        """The cells of a table's row behind a port's name: its direction, then a width or a number."""
        pieces = self._view.pieces
        for _ in range(4):
            cell = at + 1
            if self._view.is_break(cell):
                return at
            direction = DIRECTIONS.get(self._view.low(cell))
            width = width_at(pieces, cell) or number_at(pieces, cell)
            if direction is not None and self._view.low(cell + 1) in ("|", "\n", "port", "wire", "reg"):
                item.direction, item.direction_to = direction, cell
            elif width is not None and item.direction and self._view.low(width[1]) in ("|", "\n", "."):
                item.give_width(width)
            ends = range(cell, min(cell + _LONGEST_CELL, len(pieces)))
            close = next((place for place in ends if pieces[place].text == "|"), None)
            if close is None:
                return at
            at = close
        return at

    def _noun_behind(self, item: Item, start: int, at: int) -> int:
        """ "the q output is", "the `clk` input"."""
        introduced = self._view.is_break(start - 1) or self._view.low(start - 1) in ("the", "its", "an", "a")
        if not (introduced or self._view.pieces[start].quoted) or item.name.lower() in _VAGUE:
            return at
        behind = at + 1
        if self._view.is_range(behind) or self._view.low(behind) == "(":
            return at  # "a data output [7:0] q", "the data output (q)"
        if self._view.name(behind) is not None or width_at(self._view.pieces, behind) is not None:
            return at
        item.direction, item.direction_to, item.loose = DIRECTIONS[self._view.low(at)], at, True
        return behind

    # claims

    def _say_item(self, item: Item, head: Head, *, listed: bool, company: bool) -> None:
        port = self._view.names.ports.get(item.name)
        declared = any(self._view.is_range(at) for at in range(head.start, head.end))
        sure = listed or declared or not is_plain(item.name) or self._view.pieces[item.at].quoted
        self._say_direction(item)
        if head.direction is not None and port is None:
            self._say_unknown(item, head, listed=listed, company=company)
        elif head.direction is not None:
            named = head.width is not None or states(self._view.piece(item.at + 1))
            firm = sure or item.attached or (named and item.name.lower() not in _VAGUE)
            self._say(About.DIRECTION, item, head.direction, (head.start, item.at), firm=firm)
        if item.width is None or not item.known:
            return
        if item.range and not (listed or head.plural or self._is_entry(head)):
            self._say_index(item)
            return
        right_way = port is not None and port.direction == head.direction
        self._say_width(item, firm=sure or right_way or item.attached)

    def _is_entry(self, head: Head) -> bool:
        """Whether a head begins an entry of a list: "input sel[2:0]" is then no part of sel."""
        before = head.start - 1
        return self._view.is_break(before) or self._view.low(before) in (":", ",", ";", "(", "|")

    def _say_unknown(self, item: Item, head: Head, *, listed: bool, company: bool) -> None:
        if item.known and not listed:
            return  # a signal inside that drives the output
        named = self._view.looks_meant(item.at) or looks_numbered(item.name)
        named = named or (company and not self._stands_for_a_port(item.name))
        if named or listed:
            self._say(About.PORT, item, head.direction or "", (head.start, item.at), firm=named)

    def _stands_for_a_port(self, word: str) -> bool:
        """Whether "clock" in a list may be meant for the port clk, which the text does not name."""
        role = _ROLES.get(word.lower())
        unnamed = (name for name in self._view.names.ports if name not in self._view.words)
        return role is not None and any(role.search(name) for name in unnamed)

    def _say_direction(self, item: Item) -> None:
        if item.direction is not None:
            firm = self._is_meant(item) and not (item.loose and is_plain(item.name))
            self._say(About.DIRECTION, item, item.direction, (item.at, item.direction_to), firm=firm)

    def _is_meant(self, item: Item) -> bool:
        """Whether a name is set off as one, or is not a word that every such text uses."""
        return self._view.pieces[item.at].quoted or item.name.lower() not in _VAGUE

    def _say_width(self, item: Item, *, firm: bool) -> None:
        assert item.width is not None
        start = min(item.width_from, item.at)
        if start and start < item.at and self._view.low(start - 1) in _PARTS:
            return
        span = (start, max(item.at, item.width_to - 1))
        self._say(About.WIDTH, item, item.width, span, firm=firm)
        if item.range:
            self._ranges[self._claims[-1]] = item

    def _say_index(self, item: Item) -> None:
        if self._view.is_range(item.at + 1) and item.known:
            left, right = bounds(self._view.pieces[item.at + 1].text)
            # one bit beyond may be a manner of speaking: "take q[512] as zero"
            firm = right is not None
            for bit in (left, right) if right is not None else (left,):
                self._say(About.INDEX, item, bit, (item.at, item.at + 1), firm=firm)

    def _say(self, about: About, item: Item, value: str | int, span: tuple[int, int], *, firm: bool) -> None:
        first, last = span
        pieces = self._view.pieces
        end = pieces[min(max(last, item.at), len(pieces) - 1)].end
        self._claims.append(Claim(about, item.name, value, pieces[min(first, item.at)].start, end, firm))
