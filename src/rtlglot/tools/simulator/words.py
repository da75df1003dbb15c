"""What one line of a testbench's output claims: so many errors, so many passed, or that it went well.

Words are weak evidence, and the check holds them against what the testbench says of designs that are
right and wrong for sure. This file only reads them: numbers with the word that they belong to, words
without a number, and negations ('did not fail', 'NOT OK').
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

_BAD = frozenset(
    """fail fails failed failing failure failures error errors err errs mismatch mismatches mismatched
    incorrect incorrectly wrong wrongly fatal timeout bad broken violation violations unexpected bug bugs
    ng""".split()
)
_GOOD = frozenset(
    """pass passed passes passing success successes successful successfully succeeded succeeds correct
    correctly ok okay good score accuracy""".split()
)
_MEASURES = ("score", "accuracy")  # good by their number only
_TOTAL = frozenset("total tests cases testcases vectors checks samples patterns runs tested".split())
_NOT = frozenset("no not without never zero none cannot didnt isnt nt".split())
_INDEX = frozenset(
    """test testcase case tc vector cycle iteration step time pattern sample check round phase line at t
    number index i loop run trial input bit value for in got expected and is be a b y q""".split()
)
"""A number behind one of these names a case or a value, and counts nothing."""
_BEHIND_A_COUNT = _BAD | _TOTAL | {"in", "out", "detected", "found"}
_SHARE = frozenset({"rate", "ratio", "fraction", "share"})
"""Behind one of these 1 is all."""
_OUT_OF = frozenset({"of", "/", "out"})
_TOKEN = re.compile(
    r"(?P<number>\d+'[sS]?[bodhBODH][0-9a-fA-FxXzZ?_]+|0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?|[xXzZ]+(?![A-Za-z0-9_]))"
    r"(?P<percent>\s*(?:%|per\s?cent\b))?"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_']*)|(?P<equal>[!=]=+|<>)|(?P<is>[:=])|(?P<stop>[,;.!?|()\[\]{}\u2013\u2014]|->|=>|-)"
    r"|(?P<other>\S)"
)
_RULE = re.compile(r"[=*#_~+-]{3,}")
_CELL = re.compile(r"(?<=[a-z])\s*\|(?=\s*\d)")
"""Between the cells of a table, where a number follows its name."""
_COMPARED = re.compile(
    r"\b(?:expect(?:ed|s|ing)?|should(?: be)?|want(?:ed)?|exp|ref(?:erence)?)\b\W*([0-9a-fA-FxXzZ']+)"
    r".*?\b(?:got|actual(?:ly)?|was|is|but|received|observed|dut|found)\b\W*([0-9a-fA-FxXzZ']+)"
    r"|\b(?:got|actual|received|observed|found|dut)\b\W*([0-9a-fA-FxXzZ']+)"
    r".*?\b(?:expect(?:ed|s|ing)?|should(?: be)?|want(?:ed)?|exp|ref(?:erence)?)\b\W*([0-9a-fA-FxXzZ']+)",
    re.IGNORECASE,
)
MOST_LINE = 500
"""Characters of a line that are read."""


class Of(StrEnum):
    """What a claim speaks of."""

    GOOD = "good"
    BAD = "bad"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Count:
    """One thing that a line says."""

    side: Of
    count: Fraction | None = None
    """None: the word stands without a number, or with one that is not known (x)."""
    total: Fraction | None = None
    """'of so many'."""
    reading: bool = False
    """The number stands in a line of readings (a $monitor), where it may change later."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    number: Fraction | None = None
    """None also where the number is x."""


def claims_of(line: str, ports: Collection[str] = ()) -> list[Count]:
    """What a line claims. `ports` are names of the design's ports: they are no words."""
    line = _RULE.sub(" | ", line[:MOST_LINE].lower().replace("n't", " not ").replace('"', " "))
    line = _CELL.sub(":", line)
    tokens = list(_tokens(line, ports))
    reader = _Reader(tokens)
    reader.read()
    compared = _COMPARED.search(line)
    if compared and not any(claim.side is Of.GOOD for claim in reader.claims):
        first, second = (value for value in compared.groups() if value is not None)
        if first != second:
            reader.claims.append(Count(Of.BAD))
    return reader.claims


def _tokens(line: str, ports: Collection[str]) -> Iterator[_Token]:
    for match in _TOKEN.finditer(re.sub(r"\btime[ _-]out\b|\btimed[ _-]out\b", "timeout", line)):
        kind = match.lastgroup or "other"
        if match["number"]:
            yield _Token("number", match[0], _value(match["number"]))
            if match["percent"]:
                yield _Token("percent", "%")
        elif kind == "word" and match[0] in ports:
            yield _Token("port", match[0])
        elif kind == "word" and "_" in match[0].strip("_"):
            # error_count counts, pass_request is somebody's signal
            for part in match[0].split("_"):
                yield _Token("word" if part in _BAD else "part", part)
        else:
            yield _Token(kind, match[0].strip("_"))


def _value(text: str) -> Fraction | None:
    if text[0] in "xz":
        return None
    try:
        if "'" in text:
            digits = text.split("'")[1].lstrip("s")
            return Fraction(int(digits[1:], {"b": 2, "o": 8, "d": 10, "h": 16}[digits[0]]))
        return Fraction(int(text, 16)) if text.startswith("0x") else Fraction(text)
    except ValueError:
        return None


class _Reader:
    """Goes through a line from left to right."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens, self._at = tokens, 0
        self.claims: list[Count] = []
        self._settled = self._status()

    def read(self) -> None:
        while self._at < len(self._tokens):
            if not (self._key() or self._number_first()):
                self._word()
                self._at += 1

    def _kind(self, at: int) -> str:
        return self._tokens[at].kind if 0 <= at < len(self._tokens) else "end"

    def _text(self, at: int) -> str:
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def _status(self) -> Of | None:
        """A line led or ended by a status ('PASS: error handling', 'timeout test ... ok'): the other
        words only name what was tested."""
        words = [n for n, token in enumerate(self._tokens) if token.kind == "word"]
        if len(words) < 2:
            return None
        first, last = words[0], words[-1]
        leads = self._kind(first + 1) in ("is", "stop") and self._kind(first + 2) != "number"
        ends = self._kind(last - 1) in ("is", "stop") and self._kind(last + 1) in ("stop", "end")
        sides = (_side(self._text(at)) for at, stands in ((first, leads), (last, ends)) if stands)
        return next((side for side in sides if side in (Of.GOOD, Of.BAD)), None)

    def _key(self) -> bool:
        """'Errors: 3', 'passed = 8 of 16', 'Total errors = 0'."""
        end = self._at
        while self._kind(end) in ("word", "part", "port"):
            end += 1
        if end == self._at or self._kind(end) != "is" or self._kind(end + 1) != "number":
            return False
        sides = [_side(token.text) for token in self._tokens[self._at : end] if token.kind == "word"]
        side = next((s for s in (Of.BAD, Of.GOOD, Of.TOTAL) if s in sides), None)
        behind = self._after(end + 1)
        if side is None or (side is Of.BAD and not self._ends_a_count(behind)):
            # 'Error: 0 != 1' counts nothing, and 'Result: 0 errors' counts errors
            if side is None:
                self._at = end + 1
                return True
            self.claims.append(Count(side))
        else:
            self._count(side, end + 1, behind)
            if side is Of.GOOD and not _SHARE.isdisjoint(
                token.text for token in self._tokens[self._at : end]
            ):
                self.claims[-1] = replace(self.claims[-1], total=self.claims[-1].total or Fraction(1))
        self._at = behind
        return True

    def _after(self, number: int) -> int:
        """Where a number with its '/ 16', 'out of 16' or '%' ends."""
        at = number + 1
        if self._kind(at) == "percent":
            return at + 1
        while self._text(at) in _OUT_OF:
            at += 1
        if at > number + 1 and self._kind(at) == "number":
            return at + 1
        return number + 1

    def _ends_a_count(self, at: int) -> bool:
        if self._text(at) == "/" or self._kind(at) in ("end", "stop", "number"):
            return self._kind(at) != "stop" or self._text(at) != "," or self._kind(at + 2) in ("is", "word")
        # such as: passed=8 failed=8, 5 errors
        after = at
        while self._kind(after) in ("word", "part"):
            after += 1
        return self._kind(after) == "is" or self._text(at) in _BEHIND_A_COUNT

    def _count(self, side: Of, number: int, behind: int) -> None:
        total = None
        if self._kind(behind - 1) == "percent":
            total = Fraction(100)
        elif behind > number + 1:
            total = self._tokens[behind - 1].number
        readings = sum(token.kind == "is" for token in self._tokens)
        known = sum(_side(token.text) is not None for token in self._tokens if token.kind == "word")
        self.claims.append(Count(side, self._tokens[number].number, total, reading=readings > max(known, 1)))

    def _number_first(self) -> bool:
        """'3 errors', '8/16 tests passed', 'no failures', '8 passed out of 16'."""
        start = self._at
        none = self._text(start) in ("no", "zero", "without", "none")
        if not none and self._kind(start) != "number":
            return False
        behind = start + 1 if none else self._after(start)
        at, side = behind, None
        while at < behind + 4 and self._kind(at) in ("word", "part"):
            found = _side(self._text(at))
            if found in (Of.GOOD, Of.BAD) and self._kind(at) == "word":
                side = found
                break
            at += 1
        named = self._text(start - 1) in _INDEX and behind == start + 1 and not none
        if side is None or named or (self._kind(at + 1) == "is" and self._kind(at + 2) == "number"):
            return self._plain_total(start, behind)
        if none:
            self.claims.append(Count(side, Fraction(0)) if side is Of.BAD else Count(Of.BAD))
        else:
            self._count(side, start, behind)
            self._total_behind(at + 1)
        self._at = at + 1
        return True

    def _plain_total(self, start: int, behind: int) -> bool:
        """'Ran 16 tests'."""
        if self._kind(start) != "number":
            return False
        if self._text(behind) in _TOTAL and self._text(start - 1) not in _INDEX:
            self.claims.append(Count(Of.TOTAL, self._tokens[start].number))
        self._at = behind
        return True

    def _total_behind(self, at: int) -> None:
        """'8 passed out of 16'."""
        behind = at
        while self._text(behind) in _OUT_OF:
            behind += 1
        last = self.claims[-1]
        if behind > at and self._kind(behind) == "number" and last.total is None:
            self.claims[-1] = Count(last.side, last.count, self._tokens[behind].number, last.reading)

    def _word(self) -> None:
        token = self._tokens[self._at]
        side = _side(token.text) if token.kind == "word" else None
        if side not in (Of.GOOD, Of.BAD):
            return
        negated = any(self._text(n) in _NOT for n in range(self._at - 1, self._at - 4, -1) if self._same(n))
        beside = any(claim.count is not None for claim in self.claims)
        if (
            self._kind(self._at + 1) == "number"
            and (side is Of.GOOD or beside)
            and not (negated or self._names_a_test())
        ):
            # 'Passed 16 of 16', and 'Failed 0' behind it
            behind = self._after(self._at + 1)
            self._count(side, self._at + 1, behind)
            self._at = behind - 1
            return
        if token.text in _MEASURES or (self._settled is not None and side is not self._settled):
            return
        after = [self._text(n) for n in range(self._at + 1, self._at + 3)]
        negated = negated or after[0] == "free" or after == ["-", "free"]
        if negated:
            self.claims.append(Count(Of.BAD) if side is Of.GOOD else Count(Of.BAD, Fraction(0)))
        else:
            self.claims.append(Count(side))

    def _names_a_test(self) -> bool:
        """The number behind the 'ok' of 'ok 3', as the Test Anything Protocol says."""
        return self._at == 0 and self._text(0) == "ok" and self._after(1) == 2

    def _same(self, at: int) -> bool:
        """Whether a place is in the same clause as the current one."""
        return at >= 0 and all(self._kind(n) in ("word", "part", "port") for n in range(at, self._at))


def _side(word: str) -> Of | None:
    if word in _BAD:
        return Of.BAD
    if word in _GOOD:
        return Of.GOOD
    return Of.TOTAL if word in _TOTAL else None
