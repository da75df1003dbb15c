"""Ledger -> numbers, against what was put in."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.browser.ledgers import Story, usual, usual_ledger, usual_rows

from rtlglot.ledger import opening
from rtlglot.ledger.ended import EndedRow
from rtlglot.reports.compare import compare, sign_test
from rtlglot.reports.numbers import gather, stages, to_json
from rtlglot.reports.sample import Reservoir
from rtlglot.reports.spread import Spread


def numbers_of(ledger: Path):  # type: ignore[no-untyped-def]
    db = opening.open_reading(ledger)
    try:
        seen: list[EndedRow] = []
        return gather(db, seen.append), seen
    finally:
        db.close()


def test_every_row_is_counted_in_one_place(tmp_path: Path) -> None:
    numbers, seen = numbers_of(usual_ledger(tmp_path, 60))
    assert numbers.total == 60 == sum(numbers.outcomes.values()) == len(seen)
    assert numbers.count("accepted") == 36
    assert numbers.mended == 6
    assert numbers.rejected_by == {("syntax", "check_failed"): 6, ("equivalence", "check_failed"): 6}
    assert numbers.final["syntax"] == {"pass": 42, "fail": 6}
    assert numbers.first["syntax"] == {"pass": 36, "fail": 12}
    assert numbers.findings["syntax", "ExpectedToken"] == [12, 6]


def test_the_funnel_loses_what_it_says(tmp_path: Path) -> None:
    numbers, _ = numbers_of(usual_ledger(tmp_path, 60))
    funnel = stages(numbers)
    assert [stage["name"] for stage in funnel] == [
        "rows", "sent", "screen", "syntax", "elaborate", "synth", "equivalence", "accepted",
    ]  # fmt: skip
    assert [stage["reached"] for stage in funnel] == [60, 54, 48, 48, 42, 42, 42, 36]
    for stage, following in pairwise(funnel):
        assert stage["reached"] - sum(leaf["rows"] for leaf in stage["lost"]) == following["reached"]
    assert funnel[-1]["reached"] == numbers.count("accepted")


def test_pending_rows_are_neither_lost_nor_hidden(tmp_path: Path) -> None:
    story = Story(tmp_path, "part", usual_rows(30))
    numbers, _ = numbers_of(
        story.write(lambda ledger, row: usual(ledger, row) if row.position < 20 else None)
    )
    assert numbers.count("pending") == 10
    assert stages(numbers)[0]["lost"][0]["rows"] == 10


def test_time_and_tokens_add_up(tmp_path: Path) -> None:
    numbers, _ = numbers_of(usual_ledger(tmp_path, 60))
    told = to_json(numbers)
    bins = [bin_ for run in told["timeline"]["runs"] for bin_ in run["bins"]]
    assert sum(sum(bin_[0].values()) for bin_ in bins) == 60
    replies = 60 - 6 + 6  # all but those without an instruction, and the repairs
    assert told["bought"] == {
        "replies": replies, "prompt": 300 * replies, "completion": 120 * replies, "cached": 200 * replies,
    }  # fmt: skip
    assert sum(bin_[3] for bin_ in bins) == 120 * replies
    assert told["completion_tokens"]["p50"] == 120


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=300))
def test_a_spread_is_exact_to_three_percent(values: list[int]) -> None:
    spread = Spread()
    for value in values:
        spread.add(value)
    told = spread.to_json()
    assert told is not None
    assert sum(bar[2] for bar in told["bars"]) == len(values)
    middle = sorted(values)[max(0, -(-len(values) // 2) - 1)]
    assert spread.at(0.5) == pytest.approx(middle, rel=0.03)
    assert (told["least"], told["most"]) == (min(values), max(values))


def test_a_sample_has_some_of_every_kind_and_is_always_the_same(tmp_path: Path) -> None:
    _, seen = numbers_of(usual_ledger(tmp_path, 200))
    drawn = []
    for _ in range(2):
        sample = Reservoir(30)
        for ended in seen:
            sample.add(ended)
        drawn.append([ended.glance.position for ended in sample.rows()])
    assert drawn[0] == drawn[1] == sorted(drawn[0])
    assert len(drawn[0]) == 30
    assert {position % 10 for position in drawn[0]} >= {5, 6, 7, 8, 9}
    everything = Reservoir(500)
    for ended in seen:
        everything.add(ended)
    assert len(everything.rows()) == 200


def test_compare_counts_rows_by_their_ids(tmp_path: Path) -> None:
    rows = usual_rows(40)
    a = Story(tmp_path, "a", rows).write(usual)
    b = Story(tmp_path, "b", [*rows[30:], *rows[:30], {"id": "new", "instruction": "x"}]).write(usual)
    found = compare(a, b)
    assert found.only_a == []
    assert found.only_b == ["new"]
    assert {kind: len(ids) for kind, ids in found.kinds.items()} == {
        "gained": 0, "lost": 0, "better": 0, "worse": 0, "same": 40,
    }  # fmt: skip
    c = Story(tmp_path, "c", [row for row in rows if row["id"] != "unit_6"]).write(
        lambda ledger, row: usual(ledger, type(row)(row.id, row.fields, 0, row.where))
    )
    found = compare(a, c)
    assert found.only_a == ["unit_6"]
    assert len(found.kinds["gained"]) == 15
    assert found.moves["failed: refused", "accepted"] == 4


@pytest.mark.parametrize(
    ("gained", "lost", "chance"), [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (5, 0, 0.0625), (12, 4, 0.0768)]
)
def test_the_sign_test_is_exact(gained: int, lost: int, chance: float) -> None:
    assert sign_test(gained, lost) == pytest.approx(chance, abs=5e-5)
    assert sign_test(1300, 1100) == pytest.approx(4.8e-5, rel=0.1)
