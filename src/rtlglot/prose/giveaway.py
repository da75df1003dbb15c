"""How much of a design a text gives away as code: pasted, renamed, reordered or respelled.

Both are reduced to a skeleton: what only delimits (begin, then, parentheses, commas) is left out, what
means the same is spelled the same (`and` is `&`, 8'hff is 255, `:=`, `<=` and `becomes` are `=`), and
names are numbered within each run of tokens. A run of the design's body that stands in the text too is
given away. Prose puts words where code has none, and a table has no operators: neither shares such runs.
A run of numbers alone is given away where the text, too, writes each as Verilog does.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from rtlglot.prose.tokens import MOST_CHARACTERS
from rtlglot.records import Json
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens

RUN = 7
"""Tokens of a skeleton that in a row are no coincidence."""
ENOUGH = 32
"""Tokens of a body; what is given away of a smaller one counts less, for a text has to say as much."""
_MOST_DESIGN = 400_000
_DELIMITERS = frozenset("begin end then is endmodule ; , . ( ) } `".split())
_SPELLED = {
    "<=": "=", ":=": "=", "&&": "&", "||": "|", "!": "~", "===": "==", "!==": "!=",
    "and": "&", "or": "|", "not": "~", "xor": "^", "elif": "if", "elsif": "if", "when": "if",
    "otherwise": "else", "becomes": "=", "gets": "=", "equals": "=",
    "casez": "case", "casex": "case", "always_ff": "always", "always_comb": "always",
}  # fmt: skip
_DECLARES = frozenset(
    "input output inout wire reg logic integer genvar tri signed unsigned bit int byte".split()
)
_SIGNS = frozenset("= & | ^ ~ + - * / % < > == != >= << >> >>> <<< ? @ [ ] { .(".split()) | {
    "always",
    "assign",
}
"""Of these a run needs two to be code: commas, colons and English words are in prose as well."""
_NUMBER = re.compile(r"(?:\d[\d_]*)?'[sS]?([bBoOdDhH])([0-9a-fA-F_]+)$")
_MOST_DIGITS = 300
_BASES = {"b": 2, "o": 8, "d": 10, "h": 16}


@dataclass(frozen=True, slots=True)
class Giveaway:
    """Shares of a design that stand in a text, each 0 to 1."""

    copied: float
    """Of the body's tokens, those in runs that stand there with the same names."""
    renamed: float
    """Of the body's tokens, those in runs that stand there with whatever names."""
    names: float
    """Of the names that are no port and no module: told, and no part of the score."""
    literals: float
    """Of the body's sized numbers (8'h3f), those that stand there as such: told only, too."""
    score: float
    """What is given away as code."""

    def to_json(self) -> Mapping[str, Json]:
        """Rounded."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def giveaway(text: str, design: str) -> Giveaway:
    """What a text gives away of a design."""
    told = list(code_tokens(_readable(text[:MOST_CHARACTERS])))
    body, inner = _body(list(code_tokens(design[:_MOST_DESIGN])))
    ours = _skeleton(body)
    theirs = _skeleton(told)
    module = any(token.text == "endmodule" for token in told)
    copied = _covered(ours, theirs, named=True, signs=0 if module else 2)
    renamed = _covered(ours, theirs, named=False, signs=2)
    whole = 1.0 if module else min(1.0, len(ours) / ENOUGH)
    words = {token.text for token in told}
    sized = {token.text for token in body if "'" in token.text and token.kind is Kind.NUMBER}
    return Giveaway(
        copied=copied,
        renamed=renamed,
        names=_share(inner, words),
        literals=_share(sized, words),
        score=max(copied, renamed) * whole,
    )


def _readable(text: str) -> str:
    """As a model reads it: entities, letters of another width and invisible signs hide no code."""
    plain = unicodedata.normalize("NFKC", html.unescape(text).replace("`", " "))
    return plain if plain.isascii() else "".join(c for c in plain if unicodedata.category(c) != "Cf")


def length(text: str) -> int:
    """Tokens of a text, of a design or in English: what the two are measured against each other by."""
    return sum(1 for _ in code_tokens(text[:_MOST_DESIGN]))


def _body(design: Sequence[Token]) -> tuple[list[Token], set[str]]:
    """The tokens that say what a design does, without headers and declarations; its inner names."""
    body: list[Token] = []
    names: set[str] = set()
    outer: set[str] = set()
    for statement in _statements(design):
        first = statement[0].text
        plain = {t.text for t in statement if t.kind is Kind.NAME and t.text not in KEYWORDS}
        if first in ("module", "input", "output", "inout"):
            outer |= plain
        elif first in _DECLARES and not any(token.text == "=" for token in statement):
            names |= plain
        else:
            body += statement
            names |= plain
    return body, names - outer


def _statements(code: Iterable[Token]) -> Iterator[list[Token]]:
    """What semicolons end."""
    statement: list[Token] = []
    for token in code:
        if token.text == "endmodule":
            continue
        statement.append(token)
        if token.text == ";":
            yield statement
            statement = []
    if statement:
        yield statement


class _Part(NamedTuple):
    """A token as it is compared."""

    text: str
    name: bool = False
    sized: bool = False
    """A number as only Verilog writes it."""


def _skeleton(code: Sequence[Token]) -> list[_Part]:
    found: list[_Part] = []
    for at, token in enumerate(code):
        lowered = token.text.lower()
        spelled = _SPELLED.get(lowered, lowered)
        if spelled == "." and at + 2 < len(code) and code[at + 2].text == "(":
            spelled = ".("  # a port of an instance
        if spelled in _DELIMITERS:
            continue
        if spelled == "=" and found and found[-1].text == ":":
            found.pop()  # := comes as two tokens
        if token.kind is Kind.NUMBER:
            found.append(_Part(_value(token.text), sized="'" in token.text))
        elif token.kind in (Kind.NAME, Kind.ESCAPED) and spelled not in KEYWORDS and spelled == lowered:
            found.append(_Part(lowered, name=True))
        elif token.kind is not Kind.OTHER:
            found.append(_Part(spelled))
    return found


def _value(number: str) -> str:
    """In decimal, where it has one: a text may hold any digits behind any base."""
    match = _NUMBER.match(number)
    if match is None or len(match[2]) > _MOST_DIGITS:
        return number
    try:
        return str(int(match[2].replace("_", ""), _BASES[match[1].lower()]))
    except ValueError:
        return number


def _covered(ours: Sequence[_Part], theirs: Sequence[_Part], *, named: bool, signs: int) -> float:
    """Which part of our tokens stands in runs with so many signs of code that are theirs as well."""
    run = min(RUN, len(ours))
    if not run:
        return 0.0
    known: dict[tuple[str, ...], bool] = {}
    for at in range(len(theirs) - run + 1):
        part = theirs[at : at + run]
        shape = _shape(part, named=named)
        known[shape] = known.get(shape, False) or all(token.sized for token in part)
    covered = bytearray(len(ours))
    for at in range(len(ours) - run + 1):
        part = ours[at : at + run]
        sized = known.get(_shape(part, named=named))
        code = sum(token.text in _SIGNS for token in part) >= signs
        if sized is not None and (code or (sized and all(token.sized for token in part))):
            covered[at : at + run] = b"\1" * run
    return sum(covered) / len(ours)


def _shape(part: Sequence[_Part], *, named: bool) -> tuple[str, ...]:
    """A run as it is compared: names as they are, or numbered in their order."""
    if named:
        return tuple(token.text for token in part)
    numbers: dict[str, int] = {}
    return tuple(
        f"<{numbers.setdefault(token.text, len(numbers))}>" if token.name else token.text for token in part
    )


def _share(wanted: set[str], known: set[str]) -> float:
    return len(wanted & known) / len(wanted) if wanted else 0.0
