"""The card: front matter that the hub reads, counts that are right, and nothing in it that is markup."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.export.export_rows import Export

from rtlglot.exports.card import MOST_SOURCES

pytest.importorskip("pyarrow")
yaml = pytest.importorskip("yaml")


def card(folder: Path) -> tuple[dict[str, Any], str]:
    """(front matter, body)."""
    _, front, body = (folder / "README.md").read_text().split("---\n", 2)
    return yaml.safe_load(front), body


def plain(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """A dataset without a ledger."""
    path = folder / "plain.jsonl"
    base = {"instruction": "Write.", "verilog": "module m; endmodule"}
    path.write_text("".join(json.dumps({"id": k, **base, **row}) + "\n" for k, row in enumerate(rows)))
    return path


def test_it_says_how_the_rows_were_made_and_what_became_of_the_others(write: Export, tmp_path: Path) -> None:
    write("hf", "my set", min_status=("equivalence",))
    front, body = card(tmp_path / "my set")
    assert front["pretty_name"] == "my set"
    assert front["configs"][0]["data_files"] == [{"split": "train", "path": "data/train-*.parquet"}]
    assert front["size_categories"] == ["n<1K"]
    assert front["license"] == ["apache-2.0", "mit"]
    for line in (
        "| train | 2 |",
        "| model | rules.json |",
        "| samples | 2, chosen: first |",
        "| rejected: check\\_failed | 1 |",
        "| failed: no\\_module | 1 |",
        "| equivalence did not say yes (skipped) | 1 |",
        "| own | MIT | 1 |",
        "| not said | Apache-2.0 | 1 |",
    ):
        assert line in body
    assert "pyslang 1" in body
    assert "You are an expert Verilog designer." in body
    assert str(tmp_path.parent) not in body


def test_the_hub_reads_its_front_matter(write: Export, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    write("hf", "x", split=0.34)
    data = hub.DatasetCard.load(tmp_path / "x" / "README.md").data
    assert data.task_categories == ["text-generation"]
    assert "rtlglot" in data.tags


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["MIT", "mit"], {"license": "mit"}),
        (["Apache-2.0", "BSD-3-Clause"], {"license": ["apache-2.0", "bsd-3-clause"]}),
        ([None, ""], {"license": "unknown"}),
        (["MIT", None], {"license": "other", "license_name": "several-see-below"}),
        (["Solderpad 2.1"], {"license": "other", "license_name": "solderpad-2.1"}),
    ],
)
def test_licences_become_the_hubs(
    write: Export, tmp_path: Path, licences: list[str | None], expected: dict[str, Any]
) -> None:
    write("hf", "x", output=plain(tmp_path, [{"license": licence} for licence in licences]))
    front, _ = card(tmp_path / "x")
    assert {name: value for name, value in front.items() if name.startswith("license")} == expected


def test_what_comes_from_rows_is_no_markup(write: Export, tmp_path: Path) -> None:
    evil = "a | b\n---\nlicense: x\n<script>alert(1)</script> ![i](http://x) `c` [l](http://y)"
    write("hf", 'x: |y"', output=plain(tmp_path, [{"license": evil, "source": evil}]))
    front, body = card(tmp_path / 'x: |y"')
    assert front["pretty_name"] == 'x: |y"'
    assert front["license"] == "other"
    assert "<script" not in body
    assert "![" not in body
    assert "](" not in body.replace("\\](", "")
    (line,) = [line for line in body.splitlines() if "alert" in line]
    assert line.replace("\\|", "").count("|") == 4


def test_a_prompt_with_fences_stays_in_its_own(write: Export, tmp_path: Path) -> None:
    write("hf", "x")
    _, body = card(tmp_path / "x")
    fence = next(line for line in body.splitlines() if line.endswith("text") and line.startswith("```"))
    assert len(fence) > len("```text")  # the prompt itself has fences of three
    assert body.count("\n" + fence.removesuffix("text") + "\n") == 1


def test_a_thousand_sources_are_counted_in_one_line(write: Export, tmp_path: Path) -> None:
    rows = [{"source": f"repo {k}", "license": "MIT"} for k in range(MOST_SOURCES + 25)]
    write("hf", "x", output=plain(tmp_path, rows))
    _, body = card(tmp_path / "x")
    assert body.count("| repo ") == MOST_SOURCES
    assert "| 25 more |  | 25 |" in body
