"""Verilog and SystemVerilog text as tokens: what can be told without a parser.

The lexer follows IEEE 1800-2017 clause 5, takes any text whatever and never fails: what is no token
of the language comes out as OTHER, an unclosed comment or string runs to where it must end. The
texts of all tokens, joined, are the input. Time is linear in the text: each alternative is either a
single run or an atomic group, so nothing is tried twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a token is."""

    SPACE = "space"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    """An identifier or a keyword."""
    ESCAPED = "escaped"
    """An escaped identifier, its backslash included."""
    SYSTEM = "system"
    """$display, $clog2 …"""
    DIRECTIVE = "directive"
    """A backtick with its name: `define, or the use of a macro."""
    PUNCTUATION = "punctuation"
    OTHER = "other"


class Token(NamedTuple):
    """One token and where it stands."""

    kind: Kind
    text: str
    offset: int
    """0-based, in characters."""
    line: int
    """1-based."""
    column: int
    """1-based, in characters."""


COMMENT = r"/(?:/[^\n]*+|\*(?s:.*?)(?:\*/|\Z))"
"""One comment, closed or not."""
STRING = r'"[^"\\\n]*+(?:\\(?s:.)[^"\\\n]*+)*+"?'
"""One string; an unclosed one ends with its line."""
NAME = r"[A-Za-z_][A-Za-z0-9_$]*+"
ESCAPED = r"\\[^\s]++"

_DIGITS = r"[0-9][0-9_]*+"
_NUMBER = (
    r"(?:[0-9][0-9_]*+)?'[sS]?(?:[bBoOdDhH][ \t]*+[0-9a-fA-FxXzZ?][0-9a-fA-FxXzZ?_]*+)"
    r"|'[01xXzZ](?![A-Za-z0-9_])"
    rf"|{_DIGITS}(?:\.{_DIGITS})?(?:[eE][+-]?{_DIGITS})?"
)
_PUNCTUATION = (
    r"<<<=|>>>=|<<<|>>>|<<=|>>=|===|!==|==\?|!=\?|<->|->>|&&&|\|->|\|=>"
    r"|<<|>>|<=|>=|==|!=|&&|\|\||\*\*|\+\+|--|->|~&|~\||~\^|\^~|::|\+:|-:|\+=|-=|\*=|/=|%=|&=|\|=|\^="
    r"|\.\*|##|@@|\(\*(?!\))|\*\)|[!-/:-@\[-^`{-~]"
)
_TOKEN = re.compile(
    rf"(?P<space>\s++)|(?P<name>{NAME})|(?P<number>{_NUMBER})|(?P<comment>{COMMENT})"
    rf"|(?P<string>{STRING})|(?P<system>\$[A-Za-z0-9_$]++)|(?P<directive>`{NAME})"
    rf"|(?P<escaped>{ESCAPED})|(?P<punctuation>{_PUNCTUATION})|(?P<other>(?s:.))"
)
_KINDS = {kind.value: kind for kind in Kind}
_MAY_HOLD_LINES = frozenset({Kind.SPACE, Kind.COMMENT, Kind.STRING, Kind.OTHER})
_COMMENT_OR_STRING = re.compile(rf"(?P<comment>{COMMENT})|{STRING}|{ESCAPED}")


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a text in order, spaces and comments included."""
    line, line_start = 1, 0
    for match in _TOKEN.finditer(text):
        kind, offset, found = _KINDS[match.lastgroup or "other"], match.start(), match[0]
        yield Token(kind, found, offset, line, offset - line_start + 1)
        if kind in _MAY_HOLD_LINES and "\n" in found:
            line += found.count("\n")
            line_start = offset + found.rindex("\n") + 1


def code_tokens(text: str) -> Iterator[Token]:
    """The tokens without spaces and comments."""
    return (t for t in tokens(text) if t.kind is not Kind.SPACE and t.kind is not Kind.COMMENT)


def strip_comments(text: str) -> str:
    """The text with each comment as one space, its line breaks kept so that line numbers stay."""
    return _COMMENT_OR_STRING.sub(_without, text) if "/" in text else text


def _without(match: re.Match[str]) -> str:
    if match["comment"] is None:
        return match[0]
    return "\n" * match[0].count("\n") or " "


_OPEN = frozenset(
    {
        *("(", "[", "{", "(*", "'{", "begin", "case", "casex", "casez", "fork", "generate", "function"),
        *("task", "module"),
    }
)
_CLOSE = frozenset(
    {
        *(")", "]", "}", "*)", "end", "endcase", "join", "join_any", "join_none", "endgenerate"),
        *("endfunction", "endtask", "endmodule"),
    }
)


def nesting_depth(text: str) -> int:
    """How deep brackets and blocks nest at the deepest place; unbalanced closings count for nothing."""
    depth = deepest = 0
    for token in tokens(text):
        if token.kind is not Kind.NAME and token.kind is not Kind.PUNCTUATION:
            continue
        if token.text in _OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif token.text in _CLOSE and depth:
            depth -= 1
    return deepest


def longest_statement(text: str) -> int:
    """Characters of the longest stretch without a semicolon or a block keyword, comments left out.

    A sum of 300,000 terms is one flat statement and still a recursion that deep in every parser.
    """
    longest = length = 0
    for token in code_tokens(text):
        length += len(token.text)
        longest = max(longest, length)
        if token.text == ";" or (token.kind is Kind.NAME and (token.text in _OPEN or token.text in _CLOSE)):
            length = 0
    return longest
