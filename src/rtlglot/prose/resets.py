"""Reads what a text says about resets: which level is active, and whether they wait for the clock.

An adjective belongs to the reset that it stands at: "the asynchronous, active-low reset rst_n",
"rst_n is active low", "rst_n (asynchronous, active low)". Anything between the two that is neither
an adjective nor a word of glue ends the search, so that "reset, active-low enable" says nothing.
"""

from __future__ import annotations

import re

from rtlglot.prose.claims import About, Claim
from rtlglot.prose.names import Names, base
from rtlglot.prose.tokens import Mark, Piece, Prose

_SYNCHRONY = {
    "synchronous": "synchronous",
    "synchronously": "synchronous",
    "sync": "synchronous",
    "asynchronous": "asynchronous",
    "asynchronously": "asynchronous",
    "async": "asynchronous",
}
_RESET_WORDS = frozenset({"reset", "resets"})
_NOUNS = frozenset("input inputs signal signals port ports pin line control".split())
_GLUE = _NOUNS | frozenset("a an the both two global system master main external level and or - ,".split())
_VERBS = frozenset("is are which that being be has have : ( will must should".split())
_BEHIND = frozenset(
    """
    . , ; : ) and or but that which so to with for when while if it as at on in of then from by until
    also input reset resets signal during whenever - is
    """.split()
)
"""What may follow adjectives that describe what stands before them."""
_RESET_NAME = re.compile(r"(?<!bu)(?<!fi)(?<!wo)rst|reset", re.IGNORECASE)
"""Not burst, first and worst."""
_REACH = 14
"""Pieces between an adjective and its reset, at most."""


def is_reset_name(name: str) -> bool:
    """Whether a signal's name says that it is a reset."""
    return bool(_RESET_NAME.search(name))


def reset_claims(prose: Prose, names: Names) -> list[Claim]:
    """All claims about traits of resets."""
    reader = _ResetReader(prose.pieces, names)
    found = [claim for at in range(len(prose.pieces)) for claim in reader.claims(at)]
    return [*found, *_conditional_claims(prose, names)]


_VALUE = r"(?:0|1|zeros?|ones?|[0-9]+'[a-z0-9_]+|low|high)\b"
_ACTS = (
    r"(?:(?:is|are|be|gets?|has|asynchronously|synchronously|immediately|at once) )*"
    r"(?:(?:cleared|clears|reset|initiali[sz]ed)\b"
    r"|(?:set|sets|forced|forces|held|goes|go|returns?|becomes?|loaded) (?:\w+ )?(?:to |at |with )?"
    rf"(?:all |the |value )*{_VALUE})"
)
_WHILE = (
    r"(?:while|when|whenever|if|as long as) (?:the )?(?P<name>[a-z_]\w*)(?: input| signal)? (?:is|=|==) "
    r"(?P<level>high|low|1'b1|1'b0|1|0|one|zero)\b"
)
_CONDITIONAL = (
    re.compile(rf"\b{_WHILE},? (?:then )?(?:[\w$]+,? ){{0,4}}?{_ACTS}[^.;]*"),
    re.compile(rf"{_ACTS}[^.;,]{{0,40}}? {_WHILE}"),
)
_NOT_SO = re.compile(r"\b(?:not|never|no longer|unless|until|released|only)\b")
_HOW = re.compile(
    r"\b(?:(?P<at_once>asynchronously|immediately|at once)|synchronously|at the next \w+ (?:clock )?edge)\b"
)


def _conditional_claims(prose: Prose, names: Names) -> list[Claim]:
    """What "while rst is high, q is cleared synchronously" says of rst."""
    found = []
    resets = {name.lower(): name for name in names.ports if is_reset_name(name)}
    for match in (match for form in _CONDITIONAL for match in form.finditer(prose.low.replace("\n", " "))):
        name = resets.get(match["name"])
        if name is None or _NOT_SO.search(match[0]):
            continue
        level = "high" if match["level"] in ("high", "1'b1", "1", "one") else "low"
        found.append(Claim(About.POLARITY, name, level, *match.span(), firm=True))
        how = _HOW.search(match[0])
        if how is not None:
            kind = "asynchronous" if how["at_once"] else "synchronous"
            found.append(Claim(About.SYNCHRONY, name, kind, *match.span(), firm=True))
    return found


class _ResetReader:
    def __init__(self, pieces: list[Piece], names: Names) -> None:
        self._pieces = pieces
        forces = names.facts.clocking.forces if names.facts.clocking else {}
        self._resets = {name for name in names.ports if is_reset_name(name)}
        if not self._resets:
            self._resets = {name for name, force in forces.items() if force.asynchronous}
        self._names = names

    def claims(self, at: int) -> list[Claim]:
        """What an adjective that begins at a place says, of each reset that it belongs to."""
        found = self._trait(at)
        if found is None:
            return []
        about, value, behind = found
        bound = self._forward(behind) or self._backward(at, behind)
        if bound is None:
            return []
        subjects, first, last = bound
        start, end = self._pieces[min(first, at)].start, self._pieces[max(last, behind - 1)].end
        return [Claim(about, subject, value, start, end, firm=True) for subject in subjects or ("",)]

    def _trait(self, at: int) -> tuple[About, str, int] | None:
        """An adjective at a place and the place behind it."""
        piece = self._pieces[at]
        if piece.low in _SYNCHRONY and not piece.quoted:
            return About.SYNCHRONY, _SYNCHRONY[piece.low], at + 1
        if piece.low == "active":
            level = at + 1 + (self._low(at + 1) == "-")
            if self._low(level) in ("high", "low"):
                return About.POLARITY, self._low(level), level + 1
        return None

    def _low(self, at: int) -> str:
        return self._pieces[at].low if 0 <= at < len(self._pieces) else "."

    def _mention(self, at: int) -> str | None:
        """The reset mentioned at a place: a name, '' for the bare word, None for no mention."""
        if not 0 <= at < len(self._pieces) or self._pieces[at].mark is not Mark.WORD:
            return None
        name = self._names.port(self._pieces[at])
        if name in self._resets:
            return name
        return "" if base(self._pieces[at]).lower() in _RESET_WORDS else None

    def _forward(self, at: int) -> tuple[tuple[str, ...], int, int] | None:
        """The reset that adjectives stand before."""
        for _ in range(_REACH):
            mention = self._mention(at)
            if mention is not None:
                return self._named_from(at)
            trait = self._trait(at) if at < len(self._pieces) else None
            if trait is not None:
                at = trait[2]
            elif self._low(at) in _GLUE or self._low(at) in ("1", "bit", "single"):
                at += 1
            else:
                return None
        return None

    def _named_from(self, at: int) -> tuple[tuple[str, ...], int, int]:
        """The names right behind "reset" ("reset input rst", "resets a_rst and b_rst"), or before it
        in "rst is an asynchronous reset"; and the span of pieces."""
        subjects: list[str] = []
        last = at
        look, several = at, self._low(at) == "resets"
        while look < len(self._pieces) and len(subjects) < 8:
            mention = self._mention(look)
            if mention is not None:
                last = look
                subjects += [mention] if mention else []
            elif self._low(look) not in _NOUNS and not (
                several and self._low(look) in ("and", ",", "(", "or")
            ):
                break
            look += 1
        return tuple(dict.fromkeys(subjects)) or self._subject_before(at), at, last

    def _subject_before(self, at: int) -> tuple[str, ...]:
        """The names that "is an asynchronous reset" speaks of."""
        verb = None
        for look in range(at - 1, max(-1, at - 16), -1):
            low = self._low(look)
            if low in ("is", "are", ":", "-", "("):
                verb = verb if verb is not None and low in ("-", "(") else look
            mention = self._mention(look)
            if mention:
                if verb is None:
                    return ()
                return self._names_until(look)
            if self._pieces[look].mark is Mark.BREAK:
                break
        return ()

    def _names_until(self, at: int) -> tuple[str, ...]:
        """A run of resets that ends at a place: "a_rst and b_rst"."""
        subjects: list[str] = []
        while at >= 0 and len(subjects) < 8:
            mention = self._mention(at)
            if mention:
                subjects.append(mention)
            elif self._low(at) not in ("and", ",", "or", "both"):
                break
            at -= 1
        return tuple(reversed(subjects))

    def _backward(self, at: int, behind: int) -> tuple[tuple[str, ...], int, int] | None:
        """The reset that adjectives stand behind."""
        for _ in range(_REACH):
            trait = self._trait_or_comma(behind)
            if trait is None:
                break
            behind = trait
        following = self._pieces[behind] if behind < len(self._pieces) else None
        if following is not None and following.mark is not Mark.BREAK and following.low not in _BEHIND:
            return None
        if self._low(behind) == "to" and self._low(behind - 1) in ("synchronous", "asynchronous"):
            return None  # "synchronous to clk" is another matter
        look, linked = at - 1, False
        for _ in range(_REACH):
            mention = self._mention(look)
            if mention is not None:
                subjects = self._names_until(look) if mention else ()
                return (subjects, look, look) if linked else None
            low = self._low(look)
            if look < 0 or self._pieces[look].mark is Mark.BREAK:
                return None
            if low in _VERBS or low == ",":
                linked = True
            elif not (low in _GLUE or low in ("active", "high", "low", "also") or low in _SYNCHRONY):
                return None
            look -= 1
        return None

    def _trait_or_comma(self, at: int) -> int | None:
        """Past one more adjective of the same group."""
        if at >= len(self._pieces):
            return None
        trait = self._trait(at)
        if trait is not None:
            return trait[2]
        if self._low(at) in (",", "and") and at + 1 < len(self._pieces) and self._trait(at + 1) is not None:
            return at + 1
        return None
