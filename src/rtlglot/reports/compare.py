"""Two runs side by side: which rows got better, which worse. Rows are the same where their ids are."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rtlglot.ledger import opening
from rtlglot.ledger.ended import EndedRow
from rtlglot.records import YES, Json
from rtlglot.reports import numbers as counting
from rtlglot.reports.numbers import Numbers

KINDS = {
    "gained": "accepted in B only",
    "lost": "accepted in A only",
    "better": "came farther in B",
    "worse": "came less far in B",
    "same": "as good in both",
}
"""What can be said of a row that both runs have, the most telling first."""
_RANKS = {"accepted": 2, "rejected": 1, "failed": 0}


@dataclass(frozen=True, slots=True)
class RowEnd:
    """How one row ended in one run."""

    ended: EndedRow
    passed: int
    """Checks that said a clear yes."""

    @property
    def label(self) -> str:
        """'accepted', 'rejected by syntax', 'failed: truncated'."""
        glance, rung = self.ended.glance, self.ended.rung
        if glance.status == "rejected":
            return f"rejected by {rung}" if rung else "rejected"
        return f"failed: {glance.reason.replace('_', ' ')}" if glance.status == "failed" else glance.status

    @property
    def told(self) -> str:
        """The label, with the check that could not say yes: 'accepted (equivalence: timeout)'."""
        vague = next((v for v in self.ended.climbed if v.ok and v.status not in YES), None)
        return f"{self.label} ({vague.check}: {vague.status})" if vague else self.label

    @property
    def rank(self) -> tuple[int, int]:
        """Accepted before rejected before failed; then by the checks passed."""
        return _RANKS[self.ended.glance.status], self.passed


@dataclass(slots=True)
class ComparedRun:
    """One of the two runs."""

    name: str
    ledger: Path
    numbers: Numbers
    marks: dict[str, RowEnd] = field(default_factory=dict)
    """By row id; rows that are pending are not in it."""


@dataclass(slots=True)
class Comparison:
    """What two runs have in common and where they part."""

    a: ComparedRun
    b: ComparedRun
    kinds: dict[str, list[str]]
    """Kind -> ids, in A's order."""
    moves: Counter[tuple[str, str]]
    """(how it ended in A, how in B) -> rows, where these differ."""
    only_a: list[str]
    only_b: list[str]
    notes: list[str]

    @property
    def common(self) -> int:
        """Rows that both have settled."""
        return sum(len(ids) for ids in self.kinds.values())

    @property
    def chance(self) -> float:
        """How often a difference at least as large comes up where neither is better: exact sign test
        on gained against lost, both sides."""
        return sign_test(len(self.kinds["gained"]), len(self.kinds["lost"]))

    def to_json(self) -> dict[str, Json]:
        """For scripts."""
        return {
            "a": _side_json(self.a),
            "b": _side_json(self.b),
            "common": self.common,
            "chance": self.chance,
            **self.kinds,
            "moves": [{"a": a, "b": b, "rows": rows} for (a, b), rows in self.moves.most_common()],
            "only_a": self.only_a,
            "only_b": self.only_b,
            "notes": self.notes,
        }


def _side_json(side: ComparedRun) -> dict[str, Json]:
    numbers = side.numbers
    _, prompt, completion, _ = numbers.bought
    return {
        "name": side.name,
        "model": numbers.recipe.get("model"),
        "rows": numbers.total,
        "accepted": numbers.count("accepted"),
        "mended": numbers.mended,
        "rejected": numbers.count("rejected"),
        "failed": numbers.count("failed"),
        "pending": numbers.count("pending"),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "seconds": round(numbers.timeline.seconds, 3) if numbers.timeline else None,
    }


def compare(a: Path, b: Path) -> Comparison:
    """Compare the latest runs of two ledgers. Raises LedgerError."""
    left, right = _side(a), _side(b)
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    moves: Counter[tuple[str, str]] = Counter()
    for id_, mark in left.marks.items():
        other = right.marks.get(id_)
        if other is None:
            continue
        kinds[kind_of(mark, other)].append(id_)
        if mark.label != other.label:
            moves[mark.label, other.label] += 1
    return Comparison(
        left,
        right,
        kinds,
        moves,
        [id_ for id_ in left.marks if id_ not in right.marks],
        [id_ for id_ in right.marks if id_ not in left.marks],
        list(_notes(left.numbers.recipe, right.numbers.recipe)),
    )


def _side(ledger: Path) -> ComparedRun:
    marks: dict[str, RowEnd] = {}

    def keep(ended: EndedRow) -> None:
        if ended.glance.status:
            passed = sum(verdict.status in YES for verdict in ended.climbed)
            marks[ended.glance.id] = RowEnd(ended, passed)

    with contextlib.closing(opening.open_reading(ledger)) as db:
        numbers = counting.gather(db, keep)
    return ComparedRun(ledger.name.removesuffix(".ledger"), ledger, numbers, marks)


def kind_of(a: RowEnd, b: RowEnd) -> str:
    """One of KINDS."""
    was, is_ = (mark.ended.glance.status == "accepted" for mark in (a, b))
    if was != is_:
        return "gained" if is_ else "lost"
    if a.rank == b.rank:
        return "same"
    return "better" if b.rank > a.rank else "worse"


def _notes(a: Mapping[str, Json], b: Mapping[str, Json]) -> Iterator[str]:
    """What makes a comparison lame."""
    checks = [{check["check"]: check for check in recipe.get("checks") or ()} for recipe in (a, b)]
    if checks[0] != checks[1]:
        names = sorted(n for n in checks[0].keys() | checks[1].keys() if checks[0].get(n) != checks[1].get(n))
        yield f"The two were not checked alike: {', '.join(names)}."
    if a.get("pair") != b.get("pair"):
        yield "The two do not translate the same pair of fields."


def sign_test(gained: int, lost: int) -> float:
    """Two-sided p of gained against lost changes under even chances."""
    changes = gained + lost
    if changes == 0:
        return 1.0
    fewer = min(gained, lost)
    if changes > 2_000:  # the normal distribution is as good here, and quick
        return min(1.0, math.erfc((abs(gained - lost) - 1) / math.sqrt(2 * changes)))
    tail = sum(math.comb(changes, k) for k in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**changes))
