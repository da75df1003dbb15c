"""A text seen with one design's names in mind: which pieces name signals, which stand where one should."""

from __future__ import annotations

from rtlglot.prose.names import SHORT_FORMS, Names, base, is_grammar, looks_like_name, looks_numbered
from rtlglot.prose.tokens import Mark, Piece, Prose
from rtlglot.verilog.keywords import KEYWORDS

SEPARATORS = frozenset({",", "and", "or", "&", ";", "/", "plus", "|"})
"""What stands between the entries of a list. AND and OR in capitals are operators."""
_BEHIND_GRAMMAR = frozenset(
    ", ; : ( ) and or is are has was = input output port signal pin bit bits goes when which".split()
)
"""What may follow a name that is also a word of grammar (`a`, `in`)."""


class View:
    """Pieces by place, with answers instead of errors outside of the text."""

    def __init__(self, prose: Prose, names: Names) -> None:
        self.pieces = prose.pieces
        self.words = prose.words
        self.names = names

    def piece(self, at: int) -> Piece | None:
        """The piece at a place."""
        return self.pieces[at] if 0 <= at < len(self.pieces) else None

    def low(self, at: int) -> str:
        """Its text in lower case; outside of the text a full stop."""
        return self.pieces[at].low if 0 <= at < len(self.pieces) else "."

    def is_break(self, at: int) -> bool:
        """Whether a sentence or an entry ends here; true outside of the text."""
        piece = self.piece(at)
        return piece is None or piece.mark is Mark.BREAK

    def is_range(self, at: int) -> bool:
        """Whether [7:0] or [3] stands here."""
        piece = self.piece(at)
        return piece is not None and piece.mark is Mark.RANGE

    def name(self, at: int) -> str | None:
        """The signal named at a place: a port, or one inside whose name is no ordinary word."""
        piece = self.piece(at)
        if piece is None or piece.mark is not Mark.WORD:
            return None
        name = self.names.port(piece)
        if name is None:
            word = base(piece)
            return word if word in self.names.facts.signals and looks_like_name(word) else None
        if piece.quoted or not is_grammar(piece.text):
            return name
        fits = self.is_break(at + 1) or self.is_range(at + 1) or self.low(at + 1) in _BEHIND_GRAMMAR
        return name if fits else None

    def looks_meant(self, at: int) -> bool:
        """Whether a word is spelled or set like a signal's name."""
        piece = self.piece(at)
        if piece is None or piece.mark is not Mark.WORD or piece.low in KEYWORDS:
            return False
        word = base(piece)
        return looks_like_name(word) or (piece.quoted and word.isidentifier()) or piece.low in SHORT_FORMS

    def unknown(self, at: int, *, listed: bool, several: bool) -> str | None:
        """A word in the place of a port's name that is none: what looks like a name, and in a list
        whatever stands alone between separators."""
        piece = self.piece(at)
        if piece is None or piece.mark is not Mark.WORD or piece.low in KEYWORDS:
            return None
        word = base(piece)
        if self.names.knows(word) and not listed:
            return None
        if self.looks_meant(at) or (several and looks_numbered(word)):
            return word
        following = self.piece(at + 1)
        alone = self.is_break(at + 1) or (following is not None and following.text in SEPARATORS | {"(", ")"})
        if not alone or not word.isidentifier() or is_grammar(word):
            return None
        before_another = several and self.name(self.past_separators(at + 1)) is not None
        return word if listed or before_another else None

    def past_separators(self, at: int, *, lines: bool = False) -> int:
        """The place behind commas and conjunctions, and behind line breaks where they separate too."""
        while at < len(self.pieces):
            piece = self.pieces[at]
            if piece.text not in SEPARATORS and not (lines and piece.text == "\n"):
                break
            at += 1
        return at
