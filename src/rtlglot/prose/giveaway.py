"""How much of a design a text gives away as code: pasted, renamed, reordered or respelled.

Both are reduced to a skeleton: what only delimits (begin, then, parentheses, semicolons) is left out,
what means the same is spelled the same (`and` is `&`, 8'hff is 255, `:=` and `<=` are `=`), and names
are numbered within each run of tokens. A run of the design's body that stands in the text too is given
away. Prose puts words where code has none, and a table has no operators: neither shares such runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from rtlglot.prose.tokens import MOST_CHARACTERS
from rtlglot.records import Json
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens

RUN = 7
"""Tokens of a skeleton that in a row are no coincidence."""
ENOUGH = 32
"""Tokens of a body; what is given away of a smaller one counts less, for a text has to say as much."""
_MOST_DESIGN = 400_000
_DELIMITERS = frozenset({"begin", "end", "then", ";", "(", ")", "{", "}", "endmodule", "`", "is"})
_SPELLED = {
    "<=": "=", ":=": "=", "&&": "&", "||": "|", "!": "~", "===": "==", "!==": "!=",
    "and": "&", "or": "|", "not": "~", "xor": "^", "elif": "if", "elsif": "if",
    "casez": "case", "casex": "case", "always_ff": "always", "always_comb": "always",
}  # fmt: skip
_DECLARES = frozenset(
    "input output inout wire reg logic integer genvar tri signed unsigned bit int byte".split()
)
_SIGNS = frozenset("= & | ^ ~ + - * / % < > == != >= << >> >>> <<< ? @ [ ]".split()) | {"always", "assign"}
"""Of these a run needs two to be code: commas, colons and English words are in prose as well."""
_NUMBER = re.compile(r"(?:\d[\d_]*)?'[sS]?([bBoOdDhH])([0-9a-fA-F_]+)$")
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
    told = list(code_tokens(text[:MOST_CHARACTERS].replace("`", " ")))
    body, inner = _body(list(code_tokens(design[:_MOST_DESIGN])))
    ours = _skeleton(body)
    theirs = _skeleton(told)
    copied = _covered(ours, theirs, named=True)
    renamed = _covered(ours, theirs, named=False)
    whole = 1.0 if any(token.text == "endmodule" for token in told) else min(1.0, len(ours) / ENOUGH)
    words = {token.text for token in told}
    sized = {token.text for token in body if "'" in token.text and token.kind is Kind.NUMBER}
    return Giveaway(
        copied=copied,
        renamed=renamed,
        names=_share(inner, words),
        literals=_share(sized, words),
        score=max(copied, renamed) * whole,
    )


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


def _skeleton(code: Iterable[Token]) -> list[tuple[str, bool]]:
    """(token as it is compared, whether it is a name)."""
    found: list[tuple[str, bool]] = []
    for token in code:
        lowered = token.text.lower()
        spelled = _SPELLED.get(lowered, lowered)
        if spelled in _DELIMITERS:
            continue
        if spelled == "=" and found and found[-1][0] == ":":
            found.pop()  # := comes as two tokens
        if token.kind is Kind.NUMBER:
            found.append((_value(token.text), False))
        elif token.kind in (Kind.NAME, Kind.ESCAPED) and spelled not in KEYWORDS and spelled == lowered:
            found.append((lowered, True))
        elif token.kind is not Kind.OTHER:
            found.append((spelled, False))
    return found


def _value(number: str) -> str:
    match = _NUMBER.match(number)
    return str(int(match[2].replace("_", ""), _BASES[match[1].lower()])) if match else number


def _covered(ours: Sequence[tuple[str, bool]], theirs: Sequence[tuple[str, bool]], *, named: bool) -> float:
    """Which part of our tokens stands in runs that are theirs as well."""
    run = min(RUN, len(ours))
    if not run:
        return 0.0
    known = {_shape(theirs[at : at + run], named=named) for at in range(len(theirs) - run + 1)}
    covered = bytearray(len(ours))
    for at in range(len(ours) - run + 1):
        part = ours[at : at + run]
        if sum(token in _SIGNS for token, _ in part) >= 2 and _shape(part, named=named) in known:
            covered[at : at + run] = b"\1" * run
    return sum(covered) / len(ours)


def _shape(part: Sequence[tuple[str, bool]], *, named: bool) -> tuple[str, ...]:
    """A run as it is compared: names as they are, or numbered in their order."""
    if named:
        return tuple(token for token, _ in part)
    numbers: dict[str, int] = {}
    return tuple(f"<{numbers.setdefault(t, len(numbers))}>" if name else t for t, name in part)


def _share(wanted: set[str], known: set[str]) -> float:
    return len(wanted & known) / len(wanted) if wanted else 0.0
