"""Small wrong changes to Verilog designs: broken designs on purpose, to learn what a testbench or a
proof says of them.

Each is one change at one place of the token stream: another operator, another constant, another
signal, another edge, a condition negated, a statement dropped, an event list cut short. Which places
are taken depends only on the seed and the text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, tokens

_OPERATORS = {
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("&", "|", "~^"),
    "~^": ("^",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "==": ("!=",),
    "!=": ("==",),
    "<": (">=", ">"),
    ">": ("<=", "<"),
    ">=": ("<",),
    "<<": (">>",),
    ">>": ("<<",),
}
_EDGES = {"posedge": "negedge", "negedge": "posedge"}
_MOST_PLACES = 50_000
Place = tuple[int, int, str]
"""First and last index of the tokens to replace (last exclusive), and what comes instead."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A design with one change."""

    kind: str
    """'operator', 'constant' …"""
    text: str
    where: str
    """For people: 'line 7: "&" is now "|"'."""


def mutants(text: str, *, most: int, seed: int = 2026) -> list[Mutant]:
    """Up to `most` different texts, of as many kinds as there are; kinds take turns."""
    stream = list(tokens(text))
    generator = random.Random(f"{seed} {text}")
    found: dict[str, Mutant] = {text: Mutant("none", text, "")}
    by_kind = {name: list(places(stream)) for name, places in _KINDS.items()}
    while len(found) <= most and any(by_kind.values()):
        for name in sorted(by_kind, key=lambda _: generator.random()):
            if by_kind[name] and len(found) <= most:
                place = by_kind[name].pop(generator.randrange(len(by_kind[name])))
                mutant = _mutant(name, stream, place)
                found.setdefault(mutant.text, mutant)
    return list(found.values())[1:]


def _mutant(kind: str, stream: Sequence[Token], place: Place) -> Mutant:
    first, last, instead = place
    before = "".join(token.text for token in stream[first:last])
    head, tail = stream[:first], stream[last:]
    text = "".join([*(token.text for token in head), instead, *(token.text for token in tail)])
    what = f'"{before}" is now "{instead}"' if instead.strip() else f'"{before}" is gone'
    return Mutant(kind, text, f"line {stream[first].line}: {what}")


def _body(stream: Sequence[Token]) -> int:
    """Index of the first token after the first module header."""
    return next((n for n, token in enumerate(stream) if token.text == ";"), 0)


def _operators(stream: Sequence[Token]) -> Iterator[Place]:
    for n in range(_body(stream), len(stream)):
        for instead in _OPERATORS.get(stream[n].text, ()):
            if stream[n].kind is Kind.PUNCTUATION:
                yield n, n + 1, instead


def _inversions(stream: Sequence[Token]) -> Iterator[Place]:
    for n in range(_body(stream), len(stream)):
        if stream[n].text in ("~", "!"):
            yield n, n + 1, ""


def _edges(stream: Sequence[Token]) -> Iterator[Place]:
    for n, token in enumerate(stream):
        if token.text in _EDGES:
            yield n, n + 1, _EDGES[token.text]


def _constants(stream: Sequence[Token]) -> Iterator[Place]:
    brackets = 0
    for n in range(_body(stream), len(stream)):
        token = stream[n]
        brackets += {"[": 1, "]": -1}.get(token.text, 0)
        if token.kind is not Kind.NUMBER or brackets:
            continue
        match = re.fullmatch(r"(\d*'[sS]?[bB])([01_]+)", token.text)
        if match:
            last = match[2]
            yield n, n + 1, match[1] + last[:-1] + ("0" if last[-1] == "1" else "1")
        elif token.text.isdigit():
            yield n, n + 1, str(int(token.text) + 1)


def _signals(stream: Sequence[Token]) -> Iterator[Place]:
    body = _body(stream)
    names = [n for n in range(body, len(stream)) if _is_signal(stream, n)]
    known = sorted({stream[n].text for n in names})
    for n in names[:: 1 + len(names) * len(known) // _MOST_PLACES]:
        for other in known:
            if other != stream[n].text and other.isupper() == stream[n].text.isupper():
                yield n, n + 1, other


def _is_signal(stream: Sequence[Token], n: int) -> bool:
    token = stream[n]
    return token.kind is Kind.NAME and token.text not in KEYWORDS


def _conditions(stream: Sequence[Token]) -> Iterator[Place]:
    for n, token in enumerate(stream):
        if token.text == "if":
            opened = next((m for m in range(n, len(stream)) if stream[m].text == "("), None)
            closed = _closing(stream, opened)
            if opened is not None and closed is not None:
                inside = "".join(part.text for part in stream[opened : closed + 1])
                yield opened, closed + 1, f"(!{inside})"


def _closing(stream: Sequence[Token], opened: int | None) -> int | None:
    depth = 0
    for n in range(opened or 0, len(stream)):
        depth += {"(": 1, ")": -1}.get(stream[n].text, 0)
        if not depth:
            return n
    return None


def _assignments(stream: Sequence[Token]) -> Iterator[Place]:
    """= for <= where a statement assigns."""
    code = [n for n, token in enumerate(stream) if token.kind not in (Kind.SPACE, Kind.COMMENT)]
    for before, _, n in zip(code, code[1:], code[2:], strict=False):
        if stream[n].text == "<=" and stream[before].text in ("begin", ";", ")", "else", ":", "end"):
            yield n, n + 1, "="


def _dropped(stream: Sequence[Token]) -> Iterator[Place]:
    """A procedural assignment left out."""
    start = None
    for n in range(_body(stream), len(stream)):
        text = stream[n].text
        if text in ("begin", ";", "else", "end") or text.startswith("endcase"):
            start = n + 1
        elif text == "<=" and start is not None:
            end = next((m for m in range(n, len(stream)) if stream[m].text == ";"), None)
            words = [stream[m].text for m in range(start, n) if stream[m].kind is Kind.NAME]
            if end is not None and not any(word in KEYWORDS for word in words):
                yield start, end, " "
            start = None


def _event_lists(stream: Sequence[Token]) -> Iterator[Place]:
    """always @* and @(*) narrowed to the first signal that the block reads."""
    for n, token in enumerate(stream):
        if token.text != "*" or n < 2:
            continue
        opened = "".join(part.text for part in stream[max(0, n - 3) : n]).replace(" ", "").endswith("@(")
        if not opened:
            continue
        read = [m for m in range(n, len(stream)) if _is_signal(stream, m) and m > 1 and _is_read(stream, m)]
        if read:
            yield n, n + 1, stream[read[0]].text


def _is_read(stream: Sequence[Token], n: int) -> bool:
    before = next((stream[m].text for m in range(n - 1, 0, -1) if stream[m].kind is not Kind.SPACE), "")
    return before in ("(", "=", "<=", "&", "|", "^", "~", "?", "+")


_KINDS: dict[str, Callable[[Sequence[Token]], Iterator[Place]]] = {
    "operator": _operators,
    "inversion": _inversions,
    "edge": _edges,
    "constant": _constants,
    "signal": _signals,
    "condition": _conditions,
    "assignment": _assignments,
    "dropped": _dropped,
    "event-list": _event_lists,
}
