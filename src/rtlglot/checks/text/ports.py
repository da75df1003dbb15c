"""Reads what a text says about ports: which there are, which way they go, how wide they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rtlglot.checks.text.claims import About, Claim, bounds, number_at, width_at
from rtlglot.checks.text.heads import DIRECTIONS, PLURAL, Head, head_at, states
from rtlglot.checks.text.names import (
    GRAMMAR,
    SHORT_FORMS,
    Names,
    base,
    is_grammar,
    is_plain,
    looks_like_name,
    looks_numbered,
)
from rtlglot.checks.text.prose import Mark, Piece, Prose
from rtlglot.verilog.keywords import KEYWORDS

_BEHIND_GRAMMAR = frozenset(
    ", ; : ( ) and or is are has was = input output port signal pin bit bits goes when which".split()
)
"""What may follow a name that is also a word of grammar (`a`, `in`)."""
_SEPARATORS = frozenset({",", "and", "or", "&", ";", "/", "plus", "|"})
_ARTICLES = frozenset({"a", "an", "the", "each", "one", "another"})
_VAGUE = frozenset("data value signal result word vector state count bit bits number byte bytes code".split())
"""Names that even behind a width may be meant as words."""
_BEFORE_WIDTH = PLURAL | frozenset("a an the input output inout reg wire logic signed unsigned , - port signal".split())
"""What may stand in a bracket before a width."""
_PARTS = frozenset("lower upper low high first last top bottom most least significant remaining middle other".split())
"""Before a width: it is that of a part of what is named."""
_LONGEST_REMARK = 80
"""Pieces."""
_MOST_ITEMS = 200


@dataclass(slots=True)
class _Item:
    """One name of a list, with what stands at it."""

    name: str
    at: int
    """Index of its piece."""
    known: bool
    width: int | None = None
    width_from: int = 0
    """Index of the first piece of the words that give its width."""
    attached: bool = False
    """The width stands right at the name: in brackets or as its range."""
    range: bool = False


class PortReader:
    """One pass over a text's pieces."""

    def __init__(self, prose: Prose, names: Names) -> None:
        self._pieces = prose.pieces
        self._names = names
        self._claims: list[Claim] = []
        self._ranges: set[Claim] = set()
        """Claims of a width that only a range behind a name makes."""
        self._selects: dict[str, set[str]] = {}
        """The ranges that stand behind each name."""
        for piece, following in pairwise(self._pieces):
            if following.mark is Mark.RANGE and following.start == piece.end:
                self._selects.setdefault(piece.text, set()).add(following.text)

    def read(self) -> list[Claim]:
        """All claims, in the order of the text."""
        at = 0
        while at < len(self._pieces):
            at = max(self._from(at), at + 1)
        return [claim for claim in self._claims if not self._is_slice(claim)]

    def _is_slice(self, claim: Claim) -> bool:
        """Whether q[3:0] can be a part of q: the text speaks of other parts, or gives q another width."""
        if claim not in self._ranges:
            return False
        others = {c.value for c in self._claims if c.about is About.WIDTH and c.subject == claim.subject}
        return len(others) > 1 or len(self._selects.get(claim.subject, ())) > 1

    def _from(self, at: int) -> int:
        """Read what begins at a place; gives the place behind it."""
        head = head_at(self._pieces, at, self._names)
        if head is not None:
            behind = self._list(head)
            return behind if behind > head.end else max(at + 1, head.end - 1 if head.width is None else at + 1)
        if self._name(at) is not None:
            return self._run(at)
        return at + 1

    # lists that a head opens

    def _list(self, head: Head) -> int:
        at, colon = self._past_opening(head)
        items, behind = self._items(at, head, colon=colon)
        if not items:
            return head.end
        listed = colon or len(items) > 1
        following = self._piece(items[0].at + 1)
        if head.direction and not head.noun and not listed and not states(following):
            return behind
        behind = self._widths_behind(items, behind)
        # beside two real ports a third word in the same list means a port as well
        company = sum(item.known for item in items) >= 2
        for item in items:
            self._say_item(item, head, listed=listed, company=company)
        return behind

    def _past_opening(self, head: Head) -> tuple[int, bool]:
        """Past what stands between a head and its list; whether that is a colon."""
        at, colon = head.end, False
        while at < len(self._pieces):
            piece = self._pieces[at]
            if piece.text == ":" and not colon:
                colon = True
            elif piece.text == "\n" and colon:
                pass
            elif not (head.plural and (piece.text in ("(", ",") or piece.low in ("are", "namely", "include"))):
                break
            at += 1
        return at, colon

    def _items(self, at: int, head: Head | None, *, colon: bool) -> tuple[list[_Item], int]:
        items: list[_Item] = []
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
            item, at, own_plural = found
            if item.width is not None and not item.attached:
                width, width_from, spreads = item.width, item.width_from, own_plural
            elif item.width is None and width is not None and (not items or spreads):
                item.width, item.width_from = width, width_from
            elif item.width is not None and items:
                spreads = False
            items.append(item)
            if colon:
                at = self._past_remark(item, at)
            behind, at = at, self._past_separators(at, colon=colon)
            if at == behind:
                break
        return items, behind

    def _past_remark(self, item: _Item, at: int) -> int:
        """Past what an entry of a headed list says of its port, to the next line: "a[7:0]: first operand"."""
        piece = self._piece(at)
        if piece is None or piece.text not in (":", "-", "="):
            return at
        look = at + 1
        article = self._piece(look)
        look += article is not None and article.low in ("a", "an", "the")
        width = width_at(self._pieces, look)
        if width is not None and item.width is None:
            item.width, item.width_from, item.attached = width[0], item.at, True
        for line in range(at + 1, min(at + _LONGEST_REMARK, len(self._pieces))):
            if self._pieces[line].text == "\n":
                return line if self._is_entry_at(line + 1) else at
        return at

    def _is_entry_at(self, at: int) -> bool:
        """Whether a line begins with a name and what sets off a remark."""
        piece, following = self._piece(at), self._piece(at + 1)
        if piece is None or following is None or piece.mark is not Mark.WORD or piece.low in DIRECTIONS:
            return False
        named = self._name(at) is not None or looks_like_name(piece.text) or piece.low in SHORT_FORMS
        named = named or piece.quoted
        return named and (following.mark is Mark.RANGE or following.text in (":", "-", "(", "="))

    def _item(
        self, at: int, *, first: bool, listed: bool, several: bool
    ) -> tuple[_Item, int, bool] | None:
        """A name with its own width before it and its range or bracket behind it."""
        start = at
        if not first:
            article = self._piece(at)
            if article is not None and article.low in _ARTICLES and self._name(at) is None:
                at += 1
        width = width_at(self._pieces, at)
        plural, own_from = False, at
        if width is not None:
            head = head_at(self._pieces, at, self._names)
            if head is None or (head.direction is not None and not first):
                return None
            at, plural = head.end, head.spreads
            at += self._is_noun_before_name(at)
        name = self._name(at)
        known = name is not None
        if name is None:
            name = self._unknown(at, listed=listed, several=several)
        if name is None:
            return None
        item = _Item(name, at, known)
        if width is not None:
            item.width, item.width_from = width[0], own_from
        return item, self._attached(item, at + 1), plural and at > start

    def _is_noun_before_name(self, at: int) -> bool:
        """A noun that no list of ours holds, between a width and a name: "3-bit opcode op"."""
        piece = self._piece(at)
        if piece is None or piece.mark is not Mark.WORD or piece.low in GRAMMAR or self._name(at) is not None:
            return False
        return self._name(at + 1) is not None and not looks_like_name(piece.text)

    def _attached(self, item: _Item, at: int) -> int:
        """Read the range or the bracket right behind a name."""
        piece = self._piece(at)
        if piece is not None and piece.mark is Mark.RANGE:
            found = width_at(self._pieces, at)
            if found is not None and item.width is None:
                item.width, item.width_from, item.attached, item.range = found[0], item.at, True, True
            at += 1
            piece = self._piece(at)
        if piece is not None and piece.text == "(":
            return self._bracket(item, at)
        return at

    def _bracket(self, item: _Item, at: int) -> int:
        close = next(
            (i for i in range(at + 1, min(at + 16, len(self._pieces))) if self._pieces[i].text == ")"), None
        )
        if close is None:
            return at
        for inside in range(at + 1, close):
            found = width_at(self._pieces, inside)
            if found is not None:
                if item.width is None and self._is_whole(found[1], close):
                    item.width, item.width_from, item.attached = found[0], item.at, True
                break
            direction = DIRECTIONS.get(self._pieces[inside].low)
            if direction is not None and inside == at + 1:
                self._say(About.DIRECTION, item, direction, item.at, inside, firm=True)
            elif self._pieces[inside].low not in _BEFORE_WIDTH:
                break
        return close + 1

    def _is_whole(self, at: int, close: int) -> bool:
        """Whether a width in a bracket speaks of the name: nothing but nouns and adjectives behind it."""
        behind = self._pieces[at:close]
        return not any(piece.low in ("of", "from", "in", "at", "to", "each") for piece in behind)

    def _past_separators(self, at: int, *, colon: bool) -> int:
        while at < len(self._pieces):
            piece = self._pieces[at]
            if piece.low not in _SEPARATORS and not (colon and piece.text == "\n"):
                break
            at += 1
        return at

    def _widths_behind(self, items: list[_Item], at: int) -> int:
        """What is said of all names of a list behind it: "…, 8 bits each", "… are each 8-bit"."""
        look = at
        piece = self._piece(look)
        if piece is not None and piece.text in (",", "("):
            look += 1
            piece = self._piece(look)
            opened = True
        else:
            opened = False
        verb = piece is not None and piece.low in ("is", "are") and not opened
        look += verb
        each = False
        for _ in range(2):
            piece = self._piece(look)
            if piece is not None and piece.low in ("each", "all", "both", "a", "an", "only"):
                each = each or piece.low in ("each", "all", "both")
                look += 1
        found = width_at(self._pieces, look)
        if found is None or self._pieces[look].mark is Mark.RANGE:
            return at
        behind = self._piece(found[1])
        each = each or (behind is not None and behind.low in ("each", "apiece"))
        if not (verb or each) or (behind is not None and behind.low in ("of", "from", "to", "or", "shift")):
            return at
        for item in items:
            if item.width is None:
                item.width, item.width_from = found[0], item.at
        return found[1]

    # names that no head announces

    def _run(self, at: int) -> int:
        items, behind = self._items(at, None, colon=False)
        if not items:
            return at + 1
        after = self._widths_behind(items, behind)
        if after == behind and len(items) == 1:
            after = self._single(items[0], at, behind)
        for item in items:
            if item.width is not None and not item.range:
                self._say_width(item, firm=item.attached or len(items) > 1 or not is_plain(item.name))
            elif item.range:
                self._say_index(item)
        return max(after, at + 1)

    def _single(self, item: _Item, start: int, at: int) -> int:
        """"q is an 8-bit output", "q: 8-bit output", "q, an 8-bit output", "the q output"."""
        piece = self._piece(at)
        if piece is None:
            return at
        first = start == 0 or self._pieces[start - 1].mark is Mark.BREAK
        if piece.text == "|" and self._pieces[start - 1].text == "|":
            return self._row(item, at)
        if piece.low in DIRECTIONS and piece.low not in PLURAL:
            return self._noun_behind(item, start, at)
        article = self._piece(at + 1)
        opens = piece.low in ("is", "was") or (first and piece.text in (":", "-", "|"))
        opens = opens or (piece.text == "," and article is not None and article.low in ("a", "an"))
        if not opens:
            return at
        look = at + 1
        if article is not None and article.low in ("a", "an", "the"):
            look += 1
        head = head_at(self._pieces, look, self._names)
        if head is None or head.plural or self._name(head.end) is not None:
            return at
        behind = self._piece(head.end)
        if behind is not None and behind.low in ("of", "from", "to"):
            return at
        if head.direction is not None:
            self._say(About.DIRECTION, item, head.direction, item.at, head.end - 1, firm=not is_plain(item.name))
        if head.width is not None and item.width is None and (head.direction or piece.text != ","):
            item.width, item.width_from, item.attached = head.width, item.at, True
        return head.end

    def _row(self, item: _Item, at: int) -> int:
        """The cells of a table's row behind a port's name: a direction, a width or a bare number of bits."""
        for _ in range(4):
            cell = at + 1
            piece = self._piece(cell)
            if piece is None or piece.mark is Mark.BREAK:
                return at
            direction = DIRECTIONS.get(piece.low)
            width = width_at(self._pieces, cell) or number_at(self._pieces, cell)
            if direction is not None and self._low(cell + 1) in ("|", "\n", "port", "wire", "reg"):
                self._say(About.DIRECTION, item, direction, item.at, cell, firm=True)
            elif width is not None and self._low(width[1]) in ("|", "\n", "."):
                item.width, item.width_from, item.attached = item.width or width[0], item.at, True
            close = next((i for i in range(cell, min(cell + 40, len(self._pieces))) if self._pieces[i].text == "|"), None)
            if close is None:
                return at
            at = close
        return at

    def _low(self, at: int) -> str:
        return self._pieces[at].low if 0 <= at < len(self._pieces) else "."

    def _noun_behind(self, item: _Item, start: int, at: int) -> int:
        """"the q output is", "the `clk` input"."""
        before = self._pieces[start - 1].low if start else ""
        following = self._piece(at + 1)
        if before not in ("the", "its", "an", "a", "\n", ".", "") and not self._pieces[start].quoted:
            return at
        if following is not None and (following.mark is Mark.RANGE or self._name(at + 1) is not None):
            return at
        if following is not None and (following.text == "(" or width_at(self._pieces, at + 1) is not None):
            return at  # "the data output (q)", "a data output [7:0] q"
        direction = DIRECTIONS[self._pieces[at].low]
        self._say(About.DIRECTION, item, direction, item.at, at, firm=not is_plain(item.name))
        return at + 1

    # names

    def _piece(self, at: int) -> Piece | None:
        return self._pieces[at] if 0 <= at < len(self._pieces) else None

    def _name(self, at: int) -> str | None:
        """The signal named at a place."""
        piece = self._piece(at)
        if piece is None or piece.mark is not Mark.WORD:
            return None
        name = self._names.port(piece)
        if name is None:
            word = base(piece)
            return word if word in self._names.facts.signals and looks_like_name(word) else None
        if piece.quoted or not is_grammar(piece.text):
            return name
        following = self._piece(at + 1)
        fits = following is None or following.mark in (Mark.BREAK, Mark.RANGE)
        return name if fits or (following is not None and following.low in _BEHIND_GRAMMAR) else None

    def _unknown(self, at: int, *, listed: bool, several: bool) -> str | None:
        """A word in the place of a port's name that is none: what looks like a name, and in a list
        whatever stands between separators."""
        piece = self._piece(at)
        if piece is None or piece.mark is not Mark.WORD or piece.text.lower() in KEYWORDS:
            return None
        word = base(piece)
        if self._names.knows(word) and not listed:
            return None
        if looks_like_name(word) or (piece.quoted and word.isidentifier()) or piece.low in SHORT_FORMS:
            return word
        if several and looks_numbered(word):
            return word
        following = self._piece(at + 1)
        alone = following is None or following.mark is Mark.BREAK or following.low in _SEPARATORS | {"(", ")"}
        if not alone or not word.isidentifier() or is_grammar(word):
            return None
        return word if listed or (several and self._name(self._past_separators(at + 1, colon=False))) else None

    # claims

    def _say_item(self, item: _Item, head: Head, *, listed: bool, company: bool) -> None:
        port = self._names.ports.get(item.name)
        sure = listed or not is_plain(item.name) or self._pieces[item.at].quoted
        if head.direction is not None:
            if port is None:
                self._say_unknown(item, head, listed=listed, company=company)
            else:
                named = head.width is not None or states(self._piece(item.at + 1))
                firm = sure or (named and item.name.lower() not in _VAGUE)
                self._say(About.DIRECTION, item, head.direction, head.start, item.at, firm=firm)
        if item.width is None or not item.known:
            return
        if item.range and not (listed or head.plural or self._is_entry(head)):
            self._say_index(item)
            return
        right_way = port is not None and port.direction == head.direction
        self._say_width(item, firm=sure or right_way or item.attached)

    def _is_entry(self, head: Head) -> bool:
        """Whether a head begins an entry of a list: "input sel[2:0]" is then no part of sel."""
        before = self._piece(head.start - 1)
        return before is None or before.mark is Mark.BREAK or before.text in (":", ",", ";", "(", "|")

    def _say_unknown(self, item: _Item, head: Head, *, listed: bool, company: bool) -> None:
        word = item.name
        if item.known and not listed:
            return  # a signal inside that drives the output
        named = looks_like_name(word) or self._pieces[item.at].quoted
        named = named or word.lower() in SHORT_FORMS or looks_numbered(word) or company
        if named or listed:
            self._say(About.PORT, item, head.direction or "", head.start, item.at, firm=named)

    def _say_width(self, item: _Item, *, firm: bool) -> None:
        assert item.width is not None
        start = min(item.width_from, item.at)
        if start and start < item.at and self._pieces[start - 1].low in _PARTS:
            return
        self._say(About.WIDTH, item, item.width, start, self._width_end(item), firm=firm)
        if item.range:
            self._ranges.add(self._claims[-1])

    def _width_end(self, item: _Item) -> int:
        """Index of the last piece of the words that give a width."""
        return item.at + (3 if item.attached and not item.range else 1 if item.range else 0)

    def _say_index(self, item: _Item) -> None:
        piece = self._piece(item.at + 1)
        if piece is None or piece.mark is not Mark.RANGE or not item.known:
            return
        for bit in bounds(piece.text):
            if bit is not None:
                self._say(About.INDEX, item, bit, item.at, item.at + 1, firm=True)

    def _say(self, about: About, item: _Item, value: str | int, first: int, last: int, *, firm: bool) -> None:
        last = min(max(last, item.at), len(self._pieces) - 1)
        start, end = self._pieces[min(first, item.at)].start, self._pieces[last].end
        self._claims.append(Claim(about, item.name, value, start, end, firm))


def port_claims(prose: Prose, names: Names) -> Iterator[Claim]:
    """What a text says about ports and other signals."""
    return iter(PortReader(prose, names).read())
