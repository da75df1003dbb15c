"""What is in the file, without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.browser.ledgers import Story, attacking_ledger, usual, usual_ledger, usual_rows

from rtlglot.reports import write_report
from rtlglot.reports.page import plain_json


def rows_in(page: Path) -> list[dict[str, Any]]:
    found = re.search(r'id="packed-rows">(.*?)</script>', page.read_text())
    assert found is not None
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(base64.b64decode(json.loads(found[1]))))["rows"]
    return rows


@given(
    st.recursive(
        st.text() | st.integers(-(2**63), 2**63),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_data_cannot_leave_its_element_and_comes_back_whole(value: Any) -> None:
    block = plain_json(json.loads(json.dumps(value, default=str).encode("utf-8", "replace")))
    assert "<" not in block
    assert block.isprintable()
    assert json.loads(block) == value


def test_the_policy_names_the_only_script_and_style(tmp_path: Path) -> None:
    text = write_report(attacking_ledger(tmp_path), tmp_path / "r.html").path.read_text()
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(scripts) == len(styles) == 1
    for kind, body in (("script", scripts[0]), ("style", styles[0])):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src &#x27;sha256-{digest}" in text or f"{kind}-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("):
        assert forbidden not in scripts[0]
    assert not re.search(r'(src|href)="(?!#|data:)', text.replace(scripts[0], ""))


def test_a_page_keeps_its_size_and_says_what_it_cut(tmp_path: Path) -> None:
    rows = usual_rows(30)
    for n, row in enumerate(rows):  # nothing that compresses away
        row["instruction"] = hashlib.shake_256(str(n).encode()).hexdigest(4_000)
    ledger = Story(tmp_path, "large", rows).write(usual)
    whole = write_report(ledger, tmp_path / "r.html")
    assert whole.notes == ()
    report = write_report(ledger, tmp_path / "r.html", most_bytes=whole.size_bytes - 20_000)
    assert report.size_bytes <= whole.size_bytes - 20_000
    assert report.shown == 30
    assert "are cut here" in report.notes[-1]
    assert rows_in(report.path)[0]["input"]["instruction"]["more"] > 0


def test_numbers_of_any_length_and_nested_fields_are_shown(tmp_path: Path) -> None:
    row = {"id": "a", "instruction": "x", "n": 10**30, "nested": {"a": [1, {"b": None}]}}
    shown = rows_in(write_report(Story(tmp_path, "odd", [row]).write(usual), tmp_path / "r.html").path)[0]
    assert shown["input"]["n"] == str(10**30)
    assert json.loads(shown["input"]["nested"]) == row["nested"]


def test_inputs_come_from_the_input_while_it_is_there(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 20)
    first = rows_in(write_report(ledger, tmp_path / "r.html").path)
    assert first[3]["input"]["instruction"].startswith("Design unit 3")
    assert first[3]["group"] == "book"
    (tmp_path / "usual.in.jsonl").unlink()
    report = write_report(ledger, tmp_path / "r.html")
    assert "is not here" in report.notes[0]
    row = rows_in(report.path)[3]
    assert row["input"] is None
    assert row["attempts"][0]["message"].startswith("Design unit 3")


def test_a_changed_input_is_not_shown_as_the_one_that_was_asked(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 20)
    rows = usual_rows(20)
    (tmp_path / "usual.in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)))
    report = write_report(ledger, tmp_path / "r.html")
    assert "has changed" in report.notes[0]
    assert all(row["input"] is None for row in rows_in(report.path))


def test_an_older_report_is_whole_until_the_new_one_is(tmp_path: Path) -> None:
    ledger = usual_ledger(tmp_path, 5)
    write_report(ledger, tmp_path / "r.html")
    assert sorted(p.name for p in tmp_path.iterdir() if "html" in p.name) == ["r.html"]


def test_a_run_without_rows_and_one_that_goes_on_have_a_report_too(tmp_path: Path) -> None:
    story = Story(tmp_path, "going", usual_rows(30))
    ledger = story.write(lambda led, row: usual(led, row) if row.position < 3 else None, ending=None)
    report = write_report(ledger, tmp_path / "r.html")
    assert [row["status"] for row in rows_in(report.path)].count("pending") == 27
