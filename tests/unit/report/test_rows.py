"""The texts that a report shows are those that were examined."""

import shutil
from pathlib import Path

import pytest
from tests.unit.report.test_page import rows_in

from rtlglot.cli import main
from rtlglot.reports import write_report

CASES = Path(__file__).parents[2] / "cases" / "ledgers"


def test_a_sample_accepted_by_interface_auto_shows_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in CASES.glob("*.json*"):
        if path.suffix != ".ledger":
            shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    command = "transform in.jsonl --from instruction --to verilog --engine scripted --model replies.json"
    main([*command.split(), "--samples", "2", "--reference", "ref", "--interface", "auto", "-o", "o.jsonl"])
    write_report(Path("o.jsonl.ledger"), Path("r.html"))
    row = {row["id"]: row for row in rows_in(Path("r.html"))}["not"]
    # The first reply is a body without a module: the header that was asked for was put before it.
    assert row["attempts"][0]["reply"] == "  assign y = ~a;\nendmodule\n"
    assert row["decided"] == 0
    assert (
        row["attempts"][0]["text"]
        == row["text"]
        == "module inv(input a, output y);\nassign y = ~a;\nendmodule"
    )
