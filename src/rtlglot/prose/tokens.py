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
        read = text[:MOST_CHARACTERS]
        if not read.isascii() or "\t" in read or "\r" in read:
            read = read.translate(_TYPOGRAPHY)
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
        self.first = _BEFORE_FIRST.match(plain).end()  # type: ignore[union-attr]
        """Where its first piece begins."""

    @cached_property
    def parts(self) -> list[str]:
        """Its pieces without gaps, each with the white space behind it."""
        return _PART.findall(self.plain, self.first)

    @cached_property
    def breaks(self) -> list[tuple[int, int]]:
        """Where a sentence, a list's item or a paragraph ends, and where what ends it does."""
        plain = self.plain
        if _OPEN_DIGITS.search(plain):
            found = self._breaks_among_parts()
        else:  # they stand alone everywhere else, and to look for them takes a fifth of the time
            found = [match.span() for match in _STOP.finditer(plain, self.first)]
        return [(at, end) for at, end in found if plain[at] == "\n" or _ends_sentence(plain, at, end)]

    def _breaks_among_parts(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        start = self.first
        for part in self.parts:
            if part[0] in _STOPS and (match := _STOP.match(self.plain, start)) is not None:
                found.append(match.span())
            start += len(part)
        return found

    @cached_property
    def pieces(self) -> list[Piece]:
        """The text piece by piece; a break is called "." or a line's end."""
        breaks = {start for start, _ in self.breaks}
        found: list[Piece] = []
        start = self.first
        for part in self.parts:
            said = part.rstrip()
            end = start + len(said)
            if start in breaks and part[0] == "\n":
                mark, said, end = Mark.BREAK, "\n", start + len(part)
            elif start in breaks:
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
        if self._has_plain_words():
            return self.low[self.first :].translate(_BETWEEN_WORDS).split()
        return self._said_by_parts()

    def _has_plain_words(self) -> bool:
        """Whether words and numbers are what stands between spaces and marks: of most texts, and it takes a
        fifth of the time."""
        plain = self.plain
        odd = not plain.isascii() or "'" in plain or "[" in plain or "$" in plain or "\\" in plain
        return not (odd or _MIXED.search(plain) or _NUMBERED_ITEM.search(plain))

    def _said_by_parts(self) -> list[str]:
        found = [
            part if first != "[" else part.rstrip().replace(" ", "_")
            for part in self.parts
            if (first := part[0]) in _SAID
            or (first == "[" and part.rstrip() != "[")
            or (first > "\x7f" and first.isdecimal())
        ]
        return " ".join(found).lower().split()  # all at once: a text has hundreds of them

    @cached_property
    def said_words(self) -> list[str]:
        """Of these, the words."""
        if not _NUMERAL.search(self.plain):
            return self.said
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
        plain, found, begin = self.plain, [], self.first
        for start, end in [*self.breaks, (len(plain), len(plain))]:
            said = plain[begin:start].rstrip()
            if said and not said.isspace():
                first = begin + len(said) - len(said.lstrip())
                found.append((first, begin + len(said) if plain[start : start + 1] in ("\n", "") else end))
            begin = end
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


_AT_BREAK = (
    r"[ ]*\n\s*(?:(?:[-*+]|\d{1,2}[.)])[ ]+)?|[ ]*(?:[-*+]|\(?\d{1,2}[.)])[ ]+(?:\[[ xX]\][ ]+)?"
    r"|(?=[ ]*[A-Za-z_][\w$]*[ ]*(?:\[[^\]\n]{1,24}\])?[ ]*(?::|-[ ]|=[ ]))|(?=[ ]*\|)"
    r"|(?=[ ]*[A-Za-z][\w -]{0,40}:[ ]*(?:\n|$))"
)
"""What stands behind the first line's end of a break."""
_BREAK = rf"\n(?:{_AT_BREAK})"
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
_SAID = _LETTERS | frozenset("0123456789")
_BETWEEN_WORDS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_NUMERAL = re.compile(r"\d")
_MIXED = re.compile(r"\d(?:[.,]\d|_*[A-Za-z])")
"""A number that is more than its digits, or a name that looks like one."""
_NUMBERED_ITEM = re.compile(r"\n\s*\(?\d")
_STOPS = frozenset("\n.!?")
# begins with a set of characters, which a search for it skips to
_STOP = re.compile(rf"[\n.!?](?:(?<=\n)(?:{_AT_BREAK})|(?<=[.!?])[.!?]*+)")
"""A break, or points."""
_OPEN_DIGITS = re.compile(r"'[sS]?[bBoOdDhH][0-9a-fA-FxXzZ_]*\?")
"""A question mark that may be a digit of a sized number."""
_ABBREVIATION = re.compile(r"(?<![a-z])(?:e\.g|i\.e|vs|fig|approx|resp|cf)\Z", re.IGNORECASE)
_LAST_OF_ABBREVIATION = frozenset("gesxpfcGESXPFC\u017f")
"""Their last letters, and that of "etc"; a long s is one, too, where case is ignored."""
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


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether points end a sentence: nothing but a closing mark follows, and they end no abbreviation."""
    behind = text[end : end + 1]
    if behind and not (behind.isspace() or behind in "\"')]*"):
        return False
    if text[start - 1 : start] not in _LAST_OF_ABBREVIATION:
        return True
    before = text[max(0, start - 8) : start]
    if before.lower().endswith("etc") and _GOES_ON.match(text, end):
        return False
    return _ABBREVIATION.search(before) is None
