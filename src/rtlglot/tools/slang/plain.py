"""The plain text of a design: what its preprocessor leaves, as the tools of a proof may read it.

Macros are expanded, comments are blanks, attributes and the words `unique` and `priority` are gone: they
change what synthesis makes of a text and not what it means ((* init = 1 *) gives a register a value that
it does not have). So no two tools can expand a macro differently, and no comment can hide code from one
of them. What is left is held against the delivered text token by token.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyslang
from pyslang import ast, parsing, syntax

from rtlglot.tools.slang.options import slang_options
from rtlglot.verilog.same import PLACES
from rtlglot.verilog.system_tasks import is_of_a_tool

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
_PLACE = re.compile(rf"`({'|'.join(PLACES)})\b")
MOST_MACROS = 3
"""Of which all sets are tried."""


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


def elsewhere(text: str, version: str, plain: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """What a text may be in other hands: the macros that it does not define and that decide what it is
    ('ifdef NAME' with other code where NAME is defined, alone or with others; the place of the text), and
    what it is under each set of them, by names with blanks between: '' is the `plain` one, under none. No
    sets where the macros are too many to try all; what such a text is, its reader decides."""
    own = {name for name in _OWN_DEFAULT.findall(text) if not is_of_a_tool(name)}
    names = [name for name in dict.fromkeys(_CONDITION.findall(text)) if name not in own]
    places = tuple(dict.fromkeys(_PLACE.findall(text)))
    if len(names) > MOST_MACROS:
        return (*places, *names), {}
    texts = {frozenset[str](): _raw(_tree(text, version))} if names else {}
    for most in range(1, len(names) + 1):
        for some in itertools.combinations(names, most):
            texts[frozenset(some)] = _raw(_tree(text, version, some))
    deciding = [n for n in names if any(texts[some] != texts[some | {n}] for some in texts)]
    sets = {some: words for some, words in texts.items() if some and some <= set(deciding)}
    others = {" ".join(n for n in deciding if n in some): " ".join(words) for some, words in sets.items()}
    return (*places, *deciding), {"": plain, **others}


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
