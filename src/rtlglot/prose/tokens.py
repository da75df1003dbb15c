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
        self._first = _BEFORE_FIRST.match(plain).end()  # type: ignore[union-attr]
        self.parts: list[str] = _PART.findall(plain, self._first)
        """Its pieces without gaps, each with the white space behind it: all that a check of the wording
        needs, at a third of the time."""

    @cached_property
    def breaks(self) -> list[tuple[int, int]]:
        """The parts at which a sentence, a list's item or a paragraph ends, and where they begin."""
        parts = self.parts
        found: list[tuple[int, int]] = []
        before, start = 0, self._first
        for at in [at for at, part in enumerate(parts) if part[0] in _STOPS]:
            start += len("".join(parts[before:at]))
            before = at
            if parts[at][0] == "\n" or _ends_sentence(self.plain, start, parts[at]):
                found.append((at, start))
        return found

    @cached_property
    def pieces(self) -> list[Piece]:
        """The text piece by piece; a break is called "." or a line's end."""
        breaks = {at for at, _ in self.breaks}
        found: list[Piece] = []
        start = self._first
        for at, part in enumerate(self.parts):
            said = part.rstrip()
            end = start + len(said)
            if at in breaks and part[0] == "\n":
                mark, said, end = Mark.BREAK, "\n", start + len(part)
            elif at in breaks:
                mark, said = Mark.BREAK, "."
            else:
                mark = _mark(said)
            # past the constructor: a text has hundreds of them
            found.append(_new(Piece, (mark, said, said.lower(), start, end, start in self._quoted)))
            start += len(part)
        return found

    @cached_property
    def said(self) -> list[str]:
        """Its words, numbers and ranges in their order, in lower case."""
        found = [
            part if first != "[" else part.rstrip().replace(" ", "_")
            for part in self.parts
            if (first := part[0]) in _LETTERS or first.isdecimal() or (first == "[" and part.rstrip() != "[")
        ]
        return " ".join(found).lower().split()  # all at once: a text has hundreds of them

    @cached_property
    def said_words(self) -> list[str]:
        """Of these, the words."""
        return [said for said in self.said if said[0] in _LETTERS]

    def last_word(self, end: int) -> str:
        """Its last word or number in lower case, where that ends at an offset or behind it; else ''."""
        start = len(self.plain)
        for part in reversed(self.parts):
            start -= len(part)
            if part[0] in _LETTERS or (part[0].isdecimal() and "'" not in part):
                said = part.rstrip()
                return said.lower() if start + len(said) >= end else ""
        return ""

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, without an ending behind an apostrophe."""
        return frozenset(part.rstrip().partition("'")[0] for part in self.parts if part[0] in _LETTERS)

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
        parts = self.parts
        found: list[tuple[int, int]] = []
        first, start = 0, self._first
        for at, place in [*self.breaks, (len(parts), len(self.plain))]:
            if at > first:
                last = at if at < len(parts) and parts[at][0] != "\n" else at - 1
                end = place if last < at else place + len(parts[at])
                found.append((start, end - len(parts[last]) + len(parts[last].rstrip())))
            if at < len(parts):
                first, start = at + 1, place + len(parts[at])
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
_BREAK = (
    rf"(?:\n[ ]*\n\s*(?:(?:[-*+]|\d{{1,2}}[.)])[ ]+)?|{_BULLET}"
    r"|\n(?=[ ]*[A-Za-z_][\w$]*[ ]*(?:\[[^\]\n]{1,24}\])?[ ]*(?::|-[ ]|=[ ]))|\n(?=[ ]*\|)"
    r"|\n(?=[ ]*[A-Za-z][\w -]{0,40}:[ ]*(?:\n|$)))"
)
_GAP = rf"[^\S\n]*+(?:(?=\n)(?!{_BREAK})\n[^\S\n]*+)*+"
_PART = re.compile(
    # words first: most parts are
    rf"(?:[A-Za-z_\\][\w$]*+(?:'[a-z]{{1,2}}\b)?|{_BREAK}|[.!?]++"
    r"|\[[ ]?\d{1,6}[ ]?(?::[ ]?\d{1,6}[ ]?)?\]"
    r"|\d{1,6}'[sS]?[bBoOdDhH][0-9a-fA-FxXzZ_?]+"
    r"|(?:0x[0-9a-fA-F_]+|\d[\d_]*(?:\.\d+|,\d{3}(?!\d))*)"
    rf"|\S){_GAP}"
)
"""A word, a break, points, a range, a sized number, a number or one other character."""
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_\\")
_STOPS = frozenset("\n.!?")
_ABBREVIATION = re.compile(r"(?<![a-z])(?:e\.g|i\.e|vs|fig|approx|resp|cf)\Z", re.IGNORECASE)
_BEFORE_FIRST = re.compile(rf"(?:[ ]*(?:[-*+]|\d{{1,2}}[.)])[ ]+)?{_GAP}")
_new = tuple.__new__
_GOES_ON = re.compile(r"\s+[a-z(,]")


def _mark(said: str) -> Mark:
    """What a piece is that is no break."""
    first = said[:1]
    if first in _LETTERS:
        return Mark.WORD
    if first.isdecimal():
        return Mark.LITERAL if "'" in said else Mark.NUMBER
    return Mark.RANGE if first == "[" and len(said) > 1 else Mark.PUNCTUATION


def _ends_sentence(text: str, start: int, part: str) -> bool:
    """Whether points end a sentence: nothing but a closing mark follows, and they end no abbreviation."""
    end = start + len(part.rstrip())
    behind = text[end : end + 1]
    if behind and not (behind.isspace() or behind in "\"')]*"):
        return False
    before = text[max(0, start - 8) : start]
    if before.lower().endswith("etc") and _GOES_ON.match(text, end):
        return False
    return _ABBREVIATION.search(before) is None
