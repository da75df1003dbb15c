"""What a testbench's output says of a design: it passed, it failed, or nothing that can be told."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from rtlglot.tools.simulator.simulation import Transcript
from rtlglot.tools.simulator.words import Count, Of, claims_of

_MISMATCHES = re.compile(r"Mismatches:\s*(\d+)\s+in\s+(\d+)\s+samples")
_HINT = re.compile(r"Hint: Output '(\w+)' has (\d+) mismatches\. First mismatch occurred at time (\d+)")
_VALUE = re.compile(r"\b[0-9]+(?:'[bodh][0-9a-fxz]+)?\b|\b[xz]+\b", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_UNABLE = re.compile(r"error|sorry", re.IGNORECASE)
_MOST_LINES = 5
_MOST_READ = 20_000
"""Lines of an output that are read for words: the last ones."""
_MOST_KEPT = 400
"""Different lines that are remembered of an output: the last ones."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What the words say."""

    passed: bool | None
    """None: they say neither."""
    lines: tuple[str, ...] = ()
    """The lines that say so, in plain words where their meaning is known."""
    samples: int | None = None
    mismatches: int | None = None
    score: int | None = None
    """How many good things it counted, where it does not say of how many."""
    goods: int = 0
    """Lines that say something good."""
    zeros: tuple[tuple[str, int], ...] = ()
    """Lines that could say 'no failure' or 'a failure in case 0', as patterns, and how often each came."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a testbench said of one design."""

    ended: str
    """As in Transcript."""
    judgement: Announced
    digest: str
    """Of the whole output: equal where it said the same."""
    lines: frozenset[int] = field(default=frozenset(), repr=False)
    """Its different lines, as numbers."""
    patterns: tuple[tuple[str, int], ...] = ()
    """Its lines of failures as patterns, and how often each came."""

    @property
    def word(self) -> str:
        """For people: 'pass', 'fail', 'neither', or how the run ended."""
        if self.ended != "ok":
            return self.ended
        return {True: "pass", False: "fail", None: "neither"}[self.judgement.passed]


@dataclass(frozen=True, slots=True)
class Ear:
    """How the outputs of one testbench are read."""

    quiet: bool
    """It speaks only of errors: see `judge`."""
    ports: frozenset[str] = frozenset()
    """Names of the design's ports: they are no words."""

    def hear(self, ran: Transcript, unsaid: Collection[int] = ()) -> Heard:
        """A transcript, read without the lines of `unsaid`."""
        if ran.ended == "ok":
            judgement = judge(ran.output, speaks_only_of_errors=self.quiet, ports=self.ports, unsaid=unsaid)
        else:
            said = _lines(ran.output)
            judgement = Announced(None, tuple(line for line in said if _UNABLE.search(line))[:_MOST_LINES])
        lines = list(dict.fromkeys(number_of(line) for line in reversed(_lines(ran.output))))
        patterns = Counter(
            pattern_of(line)
            for line in _lines(ran.output)
            if any(claim.side is Of.BAD for claim in claims_of(line, self.ports))
        )
        digest = hashlib.sha256(ran.output.encode()).hexdigest()[:16]
        return Heard(
            ran.ended, judgement, digest, frozenset(lines[:_MOST_KEPT]), tuple(patterns.most_common(20))
        )


def number_of(line: str) -> int:
    """A line as a number."""
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=6).digest())


def pattern_of(line: str) -> str:
    """A line with its values as '#'."""
    return _VALUE.sub("#", " ".join(line.split()))[:200]


def judge(
    output: str,
    *,
    speaks_only_of_errors: bool,
    ports: Collection[str] = (),
    unsaid: Collection[int] = (),
) -> Announced:
    """Read the output of a finished simulation.

    VerilogEval's count is taken by its number, whatever else is said; otherwise one line that speaks
    of a failure outweighs all that speak of success, and a count must be full ('8/16 passed' is a
    failure). Where the testbench's text has $error, $fatal or assert and no word of success
    (`speaks_only_of_errors`), to say nothing is to pass. Lines of `unsaid` are not read.
    """
    counts = _MISMATCHES.findall(output)
    if counts:
        return _by_count(output, *(int(number) for number in counts[-1]))
    lines = [line for line in _lines(output) if number_of(line) not in unsaid]
    said = [(line, claims_of(line, ports)) for line in lines]
    bad = _bad_lines(said) or _partial(said)
    if bad:
        return Announced(False, tuple(bad[:_MOST_LINES]))
    good = [line for line, claims in said if any(_is_good(claim) for claim in claims)]
    zeros = Counter(pattern_of(line) for line, claims in said if _may_be_an_index(line, claims))
    none = [line for line, claims in said if any(_is_zero(claim) for claim in claims)]
    found = {"goods": len(good), "score": _score(said), "zeros": tuple(zeros.items())}
    if good or none:
        return Announced(True, tuple((good or none)[:_MOST_LINES]), **found)  # type: ignore[arg-type]
    return Announced(True if speaks_only_of_errors else None, tuple(lines[-_MOST_LINES:]))


_Said = Sequence[tuple[str, Sequence[Count]]]


def _lines(output: str) -> list[str]:
    return [line.strip() for line in _COLOUR.sub("", output).splitlines() if line.strip()][-_MOST_READ:]


def _bad_lines(said: _Said) -> list[str]:
    later: set[str] = set()
    bad = []
    for line, claims in reversed(said):
        # a $monitor's first line shows x where its later ones show a number
        known_later = pattern_of(line) in later
        if any(_is_bad(c) and not (known_later and c.reading and c.count is None) for c in claims):
            bad.append(line)
        later.add(pattern_of(line))
    return bad[::-1]


def _is_bad(claim: Count) -> bool:
    if claim.side is Of.BAD:
        return claim.count is None or claim.count > 0
    return claim.side is Of.GOOD and claim.total is not None and (claim.count or 0) < claim.total


def _open(said: _Said) -> Iterator[tuple[str, Fraction]]:
    """Good counts that do not say of how many."""
    for line, claims in said:
        for claim in claims:
            if claim.side is Of.GOOD and claim.count is not None and claim.total is None:
                yield line, claim.count


def _partial(said: _Said) -> list[str]:
    """'PASSED: 8' beside 'TOTAL: 16'."""
    totals = [c.count for _, claims in said for c in claims if c.side is Of.TOTAL and c.count is not None]
    counted = list(_open(said))
    if totals and counted and sum(count for _, count in counted) < max(totals):
        return [line for line, _ in counted]
    return []


def _score(said: _Said) -> int | None:
    counted = [count for _, count in _open(said)]
    sides = [claim for _, claims in said for claim in claims]
    closed = any(
        claim.side is Of.TOTAL or _is_zero(claim) or (claim.side is Of.GOOD and claim.count is None)
        for claim in sides
    )
    return None if closed or not counted else int(sum(counted))


def _is_good(claim: Count) -> bool:
    return claim.side is Of.GOOD and (claim.count is None or claim.count > 0)


def _is_zero(claim: Count) -> bool:
    return claim.side is Of.BAD and claim.count == 0


_ONE = re.compile(r"\b(?:fail(?:ed|ure)?|error|err|mismatch|wrong|incorrect|bad)\b", re.IGNORECASE)
_COUNTING = re.compile(r"count|total|num|\bno\b|zero|none|without|\bnot\b|free", re.IGNORECASE)


def _may_be_an_index(line: str, claims: Sequence[Count]) -> bool:
    """'FAIL: 0' may count no failure or tell of one in case 0; '0 errors' and 'errors: 0' may not."""
    if len(claims) != 1 or not _is_zero(claims[0]) or claims[0].reading:
        return False
    return _ONE.search(line) is not None and _COUNTING.search(line) is None


def _by_count(output: str, mismatches: int, samples: int) -> Announced:
    told = [
        f"output {name} is wrong in {number} of {samples} samples, first at time {time}"
        for name, number, time in _HINT.findall(output)
    ]
    if not told and mismatches:
        told = [f"{mismatches} of {samples} samples are wrong"]
    return Announced(mismatches == 0 and samples > 0, tuple(told[:_MOST_LINES]), samples, mismatches)
