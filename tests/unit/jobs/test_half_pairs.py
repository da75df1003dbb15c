"""Half of a surrogate pair fails the row that holds it, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.cli import main

ROWS: list[dict[str, Any]] = [
    {"id": "a", "instruction": "Design a wire.", "verilog": "module a; endmodule"},
    {"id": "b", "instruction": "Design \ud800 this.", "verilog": "module b; /* \udfff */ endmodule"},
    {"id": "c\udc00", "instruction": "Design it.", "verilog": "module c; endmodule"},
    {"id": "d", "instruction": "Design it.", "verilog": "module d; endmodule", "unread": [{"\udc00": 1.50}]},
    {"id": "e", "instruction": "Design \U0001f600.", "verilog": "module e; endmodule"},
]
BAD = ["b", "c\\udc00", "d"]


@pytest.fixture(params=["jsonl", "by id", "list"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / ("in.jsonl" if request.param == "jsonl" else "in.json")
    if request.param == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        path.write_text(json.dumps({row["id"]: row for row in ROWS} if request.param == "by id" else ROWS))
    return path


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_transform_fails_only_those_rows_and_asks_nothing_of_them(data: Path, tmp_path: Path) -> None:
    (tmp_path / "script.jsonl").write_text(json.dumps({"when": "", "reply": "The unit is a wire."}) + "\n")
    job: dict[str, Any] = {
        "input": str(data), "source": "instruction", "target": "description", "check": "none",
        "engine": "scripted", "model": str(tmp_path / "script.jsonl"), "output": tmp_path / "out.jsonl",
        "set": {"engine": {"log": str(tmp_path / "asked.jsonl")}},
    }  # fmt: skip
    rtlglot.transform(**job)
    assert [row["id"] for row in _lines(tmp_path / "out.jsonl")] == ["a", "e"]
    failures = _lines(tmp_path / "out.jsonl.failures.jsonl")
    assert [(row["id"], row["reason"]) for row in failures] == [(id_, "not_unicode") for id_ in BAD]
    assert all(
        "is half of a surrogate pair" in row["detail"] and "column" in row["detail"] for row in failures
    )
    assert failures[0]["instruction"] == "Design \\ud800 this."
    assert len({row["row_id"] for row in _lines(tmp_path / "asked.jsonl")} & {*BAD}) == 0


def test_a_row_that_was_mended_is_taken_up(tmp_path: Path) -> None:
    (tmp_path / "script.jsonl").write_text(json.dumps({"when": "", "reply": "The unit is a wire."}) + "\n")
    job: dict[str, Any] = {
        "input": str(tmp_path / "in.jsonl"), "source": "instruction", "target": "description",
        "check": "none", "engine": "scripted", "model": str(tmp_path / "script.jsonl"),
        "output": tmp_path / "out.jsonl",
    }  # fmt: skip
    for unread, delivered in (("\ud800", 0), ("mended", 1)):  # a field that the recipe does not read
        row = {"id": "a", "instruction": "Design a wire.", "unread": unread}
        (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
        rtlglot.transform(**job)
        assert len(_lines(tmp_path / "out.jsonl")) == delivered


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_check_drops_only_those_rows(data: Path, tmp_path: Path, suffix: str) -> None:
    keep, drop = tmp_path / f"keep.{suffix}", tmp_path / f"drop.{suffix}"
    command = ["check", str(data), "--check", "screen", "--keep", str(keep), "--drop", str(drop)]
    assert main([*command, "--no-report"]) == 0
    with rtlglot.formats.open_dataset(keep) as kept, rtlglot.formats.open_dataset(drop) as dropped:
        assert [row.id for row in kept] == ["a", "e"]
        assert [(row.id, row.fields["reason"]) for row in dropped] == [(id_, "not_unicode") for id_ in BAD]
