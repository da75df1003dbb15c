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


_LONE_RETURN = re.compile(r"\r(?![\r\n])")
_DEFINITION = re.compile(r"`define\b(?:[^\n\\]|\\.)*+", re.DOTALL)
_LATER_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\[afvx])")
_CONDITION = re.compile(r"`(?:ifn?def|elsif|else|endif)\b")


class Disputed(NamedTuple):
    """A place that not all tools read alike, so that the text is not the same design for all."""

    line: int
    why: str


def disputed_line_end(text: str) -> Disputed | None:
    """The first such place, if there is one.

    IEEE 1800-2017 does not say which characters end a line: at a carriage return slang and Icarus Verilog
    end a comment, Verilator and yosys go on with it. It counts where there are comments, strings or
    directives. A macro that goes on over an `` `else `` or `` `endif `` which it did not open swallows it
    for Verilator where it stands in a branch that is not taken, and for nobody else.
    """
    for macro in _DEFINITION.finditer(text) if "\\" in text and "`e" in text else ():
        depth = 0
        for word in _CONDITION.findall(macro[0]):
            depth += word.startswith("`if") - (word == "`endif" or (depth == 0 and word.startswith("`els")))
            if depth < 0:
                why = f"a macro goes on over the {word} below it: some tools take it for a part of the macro"
                return Disputed(text.count("\n", 0, macro.start()) + 1, why)
    lone = _LONE_RETURN.search(text)
    if lone is None:
        return None
    ended, open_ = ([t.text for t in code_tokens(_LONE_RETURN.sub(by, text))] for by in "\n ")
    if "`" not in text and ended == open_:
        return None
    why = "a carriage return without a line feed: some tools end a line there, some do not"
    return Disputed(text.count("\n", 0, lone.start()) + 1, why)


def disputed_escape(text: str) -> Disputed | None:
    """The first string with an escape that SystemVerilog added to Verilog, if there is one.

    Icarus Verilog takes "\\x41" for x41, slang and yosys for A.
    """
    if not _LATER_ESCAPE.search(text):
        return None
    for token in code_tokens(text):
        if token.kind is Kind.STRING and (escape := _LATER_ESCAPE.search(token.text)):
            why = f"some tools do not know the escape {escape[1]} in a string: write it in octal, as in \\101"
            return Disputed(token.line, why)
    return None


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
