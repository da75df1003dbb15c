"""Prose as words, numbers and breaks, with places: what the readers of claims work on.

Markdown is read past (emphasis, quotes around a name, bullets), code in fences and whole modules are
blanked out. All replacements keep the length, so that an offset is one of the original text.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from rtlglot.prose.phrases import DOUBLE_QUOTES, HYPHENS, SINGLE_QUOTES, SPACES

MOST_CHARACTERS = 40_000
"""What stands behind is not read: no description of a design is that long."""


class Mark(StrEnum):
    """What a piece of prose is."""

    WORD = "word"
    NUMBER = "number"
    LITERAL = "literal"
    """A sized number of Verilog: 8'hFF."""
    RANGE = "range"
    """[7:0] or [3]."""
    BREAK = "break"
    """The end of a sentence, of a list's item or of a paragraph."""
    PUNCTUATION = "punctuation"


Cut = tuple[Mark, tuple[int, int]]
"""What a piece is, and its start and end."""


class Piece(NamedTuple):
    """One piece of prose and where it stands."""

    mark: Mark
    text: str
    low: str
    """Lower case."""
    start: int
    """0-based offset in the text."""
    end: int
    quoted: bool
    """In backticks, quotes or bold type, alone."""


class Prose:
    """A text, cleaned and cut into pieces."""

    def __init__(self, text: str) -> None:
        self.original = text
        read = text[:MOST_CHARACTERS].translate(_TYPOGRAPHY)
        self.text = without_code(read)
        self.code = frozenset(_IDENTIFIER.findall(read)) if self.text != read else frozenset()
        """Words of a text that holds code: what the text itself declares is not invented."""
        quoted: set[int] = set()
        plain = _QUOTED.sub(lambda match: _unquoted(match, quoted), self.text)
        if _MARKUP.search(plain):
            plain = _EMPHASIS.sub(lambda match: " " * len(match[0]), plain)
        self.plain = plain
        """The text without quotes around names and without markdown."""
        self.low = plain.lower()
        self._quoted = quoted
        self.cuts = _cuts(plain)
        """Where its pieces are: all that a check of the wording needs, at a third of the time."""

    @cached_property
    def pieces(self) -> list[Piece]:
        """The text piece by piece; a break is called "." or a line's end."""
        stop, plain = Mark.BREAK, self.plain
        found: list[Piece] = []
        for mark, (start, end) in self.cuts:
            said = plain[start:end] if mark is not stop else "\n" if plain[start] == "\n" else "."
            # past the constructor: a text has hundreds of them
            found.append(_new(Piece, (mark, said, said.lower(), start, end, start in self._quoted)))
        return found

    def lows(self, *marks: Mark) -> list[str]:
        """What the pieces of these kinds say, in lower case."""
        plain = self.plain
        return [plain[start:end].lower() for mark, (start, end) in self.cuts if mark in marks]

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, without an ending behind an apostrophe."""
        word, plain = Mark.WORD, self.plain
        return frozenset(plain[at:end].partition("'")[0] for mark, (at, end) in self.cuts if mark is word)

    def phrase(self, start: int, end: int) -> str:
        """The text's own words in a place, on one line, without their middle where they are many."""
        words = " ".join(self.plain[start:end].split()).strip(" ,;:-|")
        return words if len(words) <= 90 else f"{words[:40]} … {words[-44:]}"

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        before = self.original[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each sentence or list item that holds a word."""
        cuts, stop = self.cuts, Mark.BREAK
        found: list[tuple[int, int]] = []
        first = 0
        for at in [at for at, (mark, _) in enumerate(cuts) if mark is stop]:
            if at > first:
                last = at - 1 if self.plain[cuts[at][1][0]] == "\n" else at
                found.append((cuts[first][1][0], cuts[last][1][1]))
            first = at + 1
        if first < len(cuts):
            found.append((cuts[first][1][0], cuts[-1][1][1]))
        return tuple(found)


# the same length: one character for one
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys(SINGLE_QUOTES, "'"),
        **dict.fromkeys(f"{DOUBLE_QUOTES}\u00ab\u00bb", '"'),
        **dict.fromkeys(SPACES, " "),
        "\t": " ",
        "\r": " ",
        "\u2022": "*",
    }
)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n(?s:.*?)(?:^[ \t]*(?:```|~~~)[ \t]*$|\Z)", re.MULTILINE)
# begins with a set of characters, which a search for it skips to
_QUOTED = re.compile(
    r"(?P<mark>[`\"'*](?<![\w'\"`*].)(?:(?<=`)`?|(?<=[\"'])|(?<=\*)\*{0,2}(?=\S)))"
    r"(?P<body>[A-Za-z_\\][\w$.]*(?:\s?\[\s?\d+\s?(?::\s?\d+\s?)?\])?)(?P=mark)(?![\w'\"`])"
)
_MARKUP = re.compile(r"[*`#>]")
_EMPHASIS = re.compile(r"\*{2,3}|`+|^[ ]{0,3}#{1,6}(?= )|^>(?= )", re.MULTILINE)


def without_code(text: str) -> str:
    """Fenced code and whole modules as spaces, their line breaks kept."""
    if "```" in text or "~~~" in text:
        text = _FENCE.sub(_blank, text)
    if "endmodule" in text:
        text = _blank_modules(text)
    return text


def _blank(match: re.Match[str]) -> str:
    return "".join(char if char == "\n" else " " for char in match[0])


_IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*")
_HEAD = re.compile(r"\bmodule\s+[A-Za-z_\\][\w$]*\s*[#(;]")


def _blank_modules(text: str) -> str:
    """From each header to the next endmodule; one pass from left to right."""
    parts: list[str] = []
    at = 0
    while (head := _HEAD.search(text, at)) is not None:
        end = text.find("endmodule", head.end())
        if end < 0:
            break
        end += len("endmodule")
        parts += [text[at : head.start()], re.sub(r"[^\n]", " ", text[head.start() : end])]
        at = end
    return "".join([*parts, text[at:]])


def _unquoted(match: re.Match[str], quoted: set[int]) -> str:
    quoted.add(match.start("body"))
    around = " " * len(match["mark"])
    return around + match["body"] + around


_BULLET = r"\n[ ]*(?:[-*+]|\(?\d{1,2}[.)])[ ]+(?:\[[ xX]\][ ]+)?"
_PIECE = re.compile(
    # words first: most pieces are; spaces at the end, where they cost no search for the next beginning
    r"(?:(?P<word>[A-Za-z_\\][\w$]*+(?:'[a-z]{1,2}\b)?)"
    rf"|(?P<break>\n[ ]*\n\s*(?:(?:[-*+]|\d{{1,2}}[.)])[ ]+)?|{_BULLET}"
    r"|\n(?=[ ]*[A-Za-z_][\w$]*[ ]*(?:\[[^\]\n]{1,24}\])?[ ]*(?::|-[ ]|=[ ]))|\n(?=[ ]*\|)"
    r"|\n(?=[ ]*[A-Za-z][\w -]{0,40}:[ ]*(?:\n|$)))"
    r"|(?P<stop>[.!?]++)"
    r"|(?P<range>\[[ ]?\d{1,6}[ ]?(?::[ ]?\d{1,6}[ ]?)?\])"
    r"|(?P<literal>\d{1,6}'[sS]?[bBoOdDhH][0-9a-fA-FxXzZ_?]+)"
    r"|(?P<number>(?:0x[0-9a-fA-F_]+|\d[\d_]*(?:\.\d+|,\d{3}(?!\d))*))"
    r"|(?P<punctuation>\S)) *+"
)
_ABBREVIATION = re.compile(r"(?<![a-z])(?:e\.g|i\.e|vs|fig|approx|resp|cf)\Z", re.IGNORECASE)
_FIRST_BULLET = re.compile(r"[ ]*(?:[-*+]|\d{1,2}[.)])[ ]+")
_new = tuple.__new__
_GOES_ON = re.compile(r"\s+[a-z(,]")
_MARKS = (
    Mark.PUNCTUATION, Mark.WORD, Mark.BREAK, Mark.BREAK, Mark.RANGE, Mark.LITERAL, Mark.NUMBER,
    Mark.PUNCTUATION,
)  # fmt: skip
"""By the number of the group of `_PIECE`."""


def _cuts(text: str) -> list[Cut]:
    first = _FIRST_BULLET.match(text)
    found: list[Cut] = [
        (_MARKS[k := m.lastindex or 0], m.span(k)) for m in _PIECE.finditer(text, first.end() if first else 0)
    ]
    stop = Mark.BREAK
    for place in [place for place, (mark, _) in enumerate(found) if mark is stop]:
        start, end = found[place][1]
        if text[start] != "\n" and not _ends_sentence(text, start, end):
            found[place] = (Mark.PUNCTUATION, (start, end))
    return found


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether points end a sentence: nothing but a closing mark follows, and they end no abbreviation."""
    behind = text[end : end + 1]
    if behind and not (behind.isspace() or behind in "\"')]*"):
        return False
    before = text[max(0, start - 8) : start]
    if before.lower().endswith("etc") and _GOES_ON.match(text, end):
        return False
    return _ABBREVIATION.search(before) is None
