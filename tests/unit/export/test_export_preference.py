"""Preference pairs from samples and repairs."""

from pathlib import Path

import pytest
from tests.unit.export.export_rows import BUF, INV, Export, read
from tests.unit.export.test_export_select import run

from rtlglot.errors import UsageError
from rtlglot.exports import ExportSpec, export
from rtlglot.exports.compare import comparisons
from rtlglot.exports.history import ExaminedText
from rtlglot.records import Attempt, CheckStatus, Finding, Outcome, Reason, Severity, Status, Verdict


def test_pairs_come_from_repairs_and_from_samples(write: Export, tmp_path: Path) -> None:
    summary = write("preference")
    pairs = {(p["id"], p["check"]): p for p in read(tmp_path / "x.jsonl")}
    assert set(pairs) == {("inv", "equivalence"), ("buf", "equivalence")}
    # the row's first sample was mended: its own repair is the other half, though sample 1 passed too
    mended = pairs["inv", "equivalence"]
    assert (mended["chosen"], mended["rejected"]) == (INV, INV.replace("~a", "a"))
    assert mended["prompt"] == "Write inv: y is not a."
    assert "a = 0" in mended["finding"]
    # here nothing mended the first sample: the second one is the other half
    assert pairs["buf", "equivalence"]["chosen"] == BUF
    assert summary.dropped == {"no text was rejected": 1}


def test_pairs_per_row_can_be_limited(tmp_path: Path) -> None:
    bad = [INV.replace("~a", value) for value in ("a", "1'b0", "1'b1", "a")]
    replies = [f"```verilog\n{text}\n```" for text in (INV, *bad)]
    rows = [{"id": "i", "instruction": "Write inv.", "verilog": INV}]
    output = run(tmp_path, rows, [{"reply": replies}], ("instruction", "verilog"), samples=5)
    for most, found in ((0, bad[:3]), (2, bad[:2])):
        path = tmp_path / f"{most}.jsonl"
        export(ExportSpec(output=str(output), format="preference", path=str(path), pairs=most))
        assert [pair["rejected"] for pair in read(path)] == found


def test_a_required_header_is_put_before_a_body_as_in_the_run(tmp_path: Path) -> None:
    body, wrong = "assign y = ~a;", "assign y = a;"
    replies = [f"```verilog\n{text}\nendmodule\n```" for text in (wrong, body)]
    rows = [{"id": "i", "instruction": "Write inv.", "verilog": INV}]
    settings = {"samples": 2, "interface": "auto"}
    output = run(tmp_path, rows, [{"reply": replies}], ("instruction", "verilog"), **settings)
    export(ExportSpec(output=str(output), format="preference", path=str(tmp_path / "x.jsonl")))
    (pair,) = read(tmp_path / "x.jsonl")
    assert pair["rejected"].split() == INV.replace("~a", "a").split()
    assert pair["chosen"].split() == INV.split()


def test_min_status_is_asked_of_the_chosen_text(write: Export) -> None:
    with pytest.raises(UsageError, match="nothing is left"):
        write("preference", min_status=("interface",))
    assert write("preference", "y.jsonl", min_status=("equivalence",)).rows == 2


def tried(text: str, sample: int, **statuses: CheckStatus) -> ExaminedText:
    findings = (Finding(Severity.ERROR, "x", f"{text} is wrong"),)
    verdicts = tuple(
        Verdict(name, status, findings, must_answer=name == "synth") for name, status in statuses.items()
    )
    reason = next((verdict.reason for verdict in verdicts if not verdict.ok), Reason.OK)
    return ExaminedText(text, Attempt(b"", sample, 0, reason), verdicts)


OUTCOME = Outcome("r", Status.ACCEPTED, Reason.OK, text="good")
PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL


def test_the_chosen_text_got_a_yes_from_the_check_that_separates() -> None:
    unsure = tried("good", 0, syntax=PASS, equivalence=CheckStatus.TIMEOUT)
    bad = tried("bad", 1, syntax=PASS, equivalence=CheckStatus.DIFFERENT)
    found, why_not = comparisons("p", [unsure, bad], OUTCOME)
    assert found == ()
    assert why_not == ["no text that passed got a yes from equivalence"]
    sure = tried("other", 2, syntax=PASS, equivalence=CheckStatus.EQUIVALENT)
    (pair,), why_not = comparisons("p", [unsure, bad, sure], OUTCOME)
    assert (pair.chosen, pair.rejected, pair.check, why_not) == ("other", "bad", "equivalence", [])
    assert "bad is wrong" in pair.finding


def test_a_text_that_nobody_could_examine_is_on_neither_side() -> None:
    unexamined = tried("odd", 0, syntax=PASS, synth=CheckStatus.TIMEOUT)
    good, bad = tried("good", 1, syntax=PASS, synth=PASS), tried("bad", 2, syntax=PASS, synth=FAIL)
    assert comparisons("p", [unexamined, bad], OUTCOME) == ((), ["no text passed"])
    assert comparisons("p", [unexamined, good], OUTCOME) == ((), ["no text was rejected"])


def test_the_rows_own_text_comes_before_other_samples_and_equal_pairs_are_one() -> None:
    texts = [tried("early", 0, syntax=PASS), tried("good", 1, syntax=PASS)]
    bad = [tried("bad", 2, syntax=FAIL), tried("bad", 3, syntax=FAIL)]
    (pair,), _ = comparisons("p", [*texts, *bad], OUTCOME)
    assert pair.chosen == "good"


def test_without_both_kinds_there_is_no_pair() -> None:
    assert comparisons("p", [tried("a", 0, syntax=FAIL)], OUTCOME) == ((), ["no text passed"])
    assert comparisons("p", [tried("a", 0, syntax=PASS)], OUTCOME) == ((), ["no text was rejected"])
