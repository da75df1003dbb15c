"""Rows from a position on are those of a whole pass, whatever was not unfolded before them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rtlglot.formats import Selection, open_dataset, open_writer
from rtlglot.records import Row

ROWS = 2500


def from_(path: Path, position: int, selection: Selection) -> list[Row]:
    return [row for row in open_dataset(path, selection).rows_from(position) if row.position >= position]


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz", "in.parquet", "in.csv", "in.json"])
@pytest.mark.parametrize(
    "selection",
    [Selection(), Selection(where="n|int % 3 == 1"), Selection(map={"text": "n"}, limit=2000)],
    ids=["all", "where", "limit"],
)
def test_the_rows_are_those_of_a_whole_pass(tmp_path: Path, name: str, selection: Selection) -> None:
    path = tmp_path / name
    with open_writer(path, with_id=False) as writer:
        for n in range(ROWS):
            writer.write(f"row {n}", {"n": n})
    rows = list(open_dataset(path, selection))
    for position in (0, 1, 1000, 1999, ROWS - 1, ROWS, ROWS + 5):
        assert from_(path, position, selection) == [row for row in rows if row.position >= position]


def test_blank_lines_have_no_position_and_lines_before_are_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a"}\n\n{"id": "b"}\n \nnot read\n{"id": "c"}\n')
    assert [(row.id, row.where) for row in from_(path, 3, Selection())] == [("c", "line 6")]


def test_a_format_that_makes_rows_of_lines_makes_them_from_a_position_too(tmp_path: Path) -> None:
    path = tmp_path / "slices.jsonl"
    slices = [{"task_id": f"t{n}", "design_name": "d", "files": {"d.v": f"module d{n};"}} for n in range(4)]
    path.write_text("".join(json.dumps(one) + "\n" for one in slices))
    dataset = open_dataset(path, format="rtlglot.formats.benchls:Slices")
    found = [row for row in dataset.rows_from(2) if row.position >= 2]
    assert [(row.id, row.fields["verilog"]) for row in found] == [("t2", "module d2;"), ("t3", "module d3;")]
