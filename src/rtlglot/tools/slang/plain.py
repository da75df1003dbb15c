"""The plain text of a design: what its preprocessor leaves, as the tools of a proof may read it.

Macros are expanded, comments are blanks, attributes and the words `unique` and `priority` are gone: they
change what synthesis makes of a text and not what it means ((* init = 1 *) gives a register a value that
it does not have). So no two tools can expand a macro differently, and no comment can hide code from one
of them. What is left is held against the delivered text token by token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyslang
from pyslang import ast, parsing, syntax

from rtlglot.tools.slang.options import slang_options

_WORDS = "DefaultNetType UnconnectedDrive NoUnconnectedDrive BeginKeywords EndKeywords ResetAll"
_KEPT = frozenset(getattr(syntax.SyntaxKind, f"{word}Directive") for word in _WORDS.split())
"""Directives that say what the text after them means."""
_NO_MEANING = (
    parsing.TokenKind.UniqueKeyword,
    parsing.TokenKind.Unique0Keyword,
    parsing.TokenKind.PriorityKeyword,
)
"""They only ask for a report (IEEE 1800-2017 12.4.2, 12.5.3): the first match counts all the same."""
_CONDITION = re.compile(r"`(?:ifdef|ifndef|elsif)\s+(\w+)")
_OWN_DEFAULT = re.compile(r"`ifndef\s+(\w+)\s+`define\s+\1\b")
_PLACE = re.compile(r"`(__FILE__|__LINE__)\b")
MOST_MACROS = 8


def plain_text(tree: Any, version: str) -> str:
    """The text as synthesis may see it. Raises ValueError where it would not be the same design."""
    pieces: list[str] = []
    wanted: list[str] = []
    for token, glued in _tokens(tree.root):
        if isinstance(token, str):
            pieces.append(token)
            continue
        wanted.append(token.rawText)
        pieces.append(token.rawText if glued else f" {token.rawText}")
    text = "".join(pieces) + "\n"
    if _raw(_tree(text, version)) != wanted:
        raise ValueError("the text reads otherwise after its macros are expanded")
    return text


def _raw(tree: Any) -> list[str]:
    return [token.rawText for token, _ in _tokens(tree.root) if not isinstance(token, str)]


def _tokens(root: Any) -> list[tuple[Any, bool]]:
    """Each token that counts, and whether it stands right behind the one before; white space and
    directives that count as strings."""
    found: list[tuple[Any, bool]] = []
    end: tuple[Any, int] | None = None
    silent = 0

    def see(node: Any) -> Any:
        nonlocal end, silent
        if not isinstance(node, parsing.Token):
            if node.kind != syntax.SyntaxKind.AttributeInstance:
                return ast.VisitAction.Advance
            silent += 1
            for index in range(len(node)):
                part = node[index]
                see(part) if isinstance(part, parsing.Token) else part.visit(see)
            silent -= 1
            return ast.VisitAction.Skip
        found.extend((text, True) for text in _between(node))
        if silent or node.kind in _NO_MEANING or node.isMissing or not node.rawText:
            end = None
            return ast.VisitAction.Advance
        place = node.location
        found.append((node, end == (place.buffer, place.offset) and not node.trivia))
        end = (place.buffer, place.offset + len(node.rawText.encode()))
        return ast.VisitAction.Advance

    root.visit(see)
    return found


def _between(token: Any) -> Iterator[str]:
    for piece in token.trivia:
        if piece.kind == parsing.TriviaKind.Directive:
            node = piece.syntax()
            if node is not None and node.kind in _KEPT:
                # what stands before it in the text is its own trivia
                yield "\n" + str(node)[str(node).index("`") :].rstrip() + "\n"
        elif piece.kind == parsing.TriviaKind.EndOfLine:
            yield "\n"


def deciding_macros(text: str, version: str) -> tuple[str, ...]:
    """Macros that the text does not define and that decide what it is: as 'ifdef NAME' with other code
    where NAME is defined, or as the place of the text. What such a text is, its reader decides."""
    names = dict.fromkeys(_CONDITION.findall(text))
    names = {name: None for name in names if name not in set(_OWN_DEFAULT.findall(text))}
    found = list(dict.fromkeys(_PLACE.findall(text)))
    if not names:
        return tuple(found)
    if len(names) > MOST_MACROS:
        return (*found, *names)
    usual = _raw(_tree(text, version))
    found += [name for name in names if _raw(_tree(text, version, (name,))) != usual]
    return tuple(found)


def _tree(text: str, version: str, defined: Sequence[str] = ()) -> Any:
    sources, options = pyslang.SourceManager(), slang_options(version, defined=defined)
    return syntax.SyntaxTree.fromText(text, sources, "design.sv", "design.sv", options)


def latches_allowed(plain: str, version: str = "1800-2017") -> str:
    """The text with each always_comb as always @(*), in which both front ends of yosys make an
    incomplete assignment a latch (from always_comb one makes a loop, the other an error)."""
    spans = []

    def see(node: Any) -> None:
        if isinstance(node, parsing.Token) and node.kind == parsing.TokenKind.AlwaysCombKeyword:
            spans.append((node.range.start.offset, node.range.end.offset))

    _tree(plain, version).root.visit(see)
    data = bytearray(plain.encode())
    for start, end in sorted(spans, reverse=True):
        data[start:end] = b"always @(*)"
    return data.decode()
