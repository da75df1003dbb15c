"""Which rows are exported, which of their texts, and why the others are not."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.export.export_rows import ADD, BUF, INV, Export, read

import rtlglot
from rtlglot.errors import InputError, UsageError
from rtlglot.exports import ExportSpec, export


def run(folder: Path, rows: list[dict[str, Any]], rules: Any, pair: tuple[str, str], **settings: Any) -> Path:
    """A run of the scripted engine on a folder of its own; its output."""
    suffix = settings.pop("suffix", "jsonl")
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "rules.json").write_text(json.dumps(rules))
    output = folder / f"out.{suffix}"
    rtlglot.transform(
        folder / "in.jsonl", output, source=pair[0], target=pair[1], engine="scripted",
        model=str(folder / "rules.json"), **settings,
    )  # fmt: skip
    return output


def test_only_accepted_rows_unless_others_are_asked_for(write: Export, tmp_path: Path) -> None:
    write("hf", "accepted")
    summary = write("alpaca", "rejected.jsonl", only="rejected")
    assert [row["instruction"] for row in read(tmp_path / "rejected.jsonl")] == ["Write xor2."]
    assert "a ^ ;" in read(tmp_path / "rejected.jsonl")[0]["output"]
    assert summary.dropped == {"the row is failed": 1}
    summary = write("alpaca", "any.jsonl", only="any")
    assert len(read(tmp_path / "any.jsonl")) == 4
    assert summary.rows_read == 5


def test_rejected_rows_keep_their_status_in_a_dataset(write: Export, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    write("hf", "x", only="any")
    rows = pq.read_table(next((tmp_path / "x" / "data").iterdir())).to_pylist()
    assert {row["id"]: row["status"] for row in rows} == {
        "inv": "accepted", "buf": "accepted", "add": "accepted", "xor": "rejected",
    }  # fmt: skip


def test_min_status_wants_a_clear_yes(write: Export, tmp_path: Path) -> None:
    summary = write("alpaca", min_status=("equivalence",))
    assert [row["output"] for row in read(tmp_path / "x.jsonl")] == [INV, BUF]
    assert summary.dropped == {"equivalence did not say yes (skipped)": 1}
    assert write("alpaca", "y.jsonl", min_status=("synth", "syntax")).rows == 3


def test_min_status_of_a_check_that_was_not_asked(write: Export) -> None:
    with pytest.raises(UsageError, match="fidelity") as caught:
        write("alpaca", min_status=("fidelity",))
    assert "equivalence" in caught.value.hint


def test_without_a_ledger_a_plain_dataset_works_and_verdicts_do_not(write: Export, tmp_path: Path) -> None:
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({"a": {"description": "An inverter.", "verilog": INV, "status": "old"}}))
    summary = write("openai", output=plain)
    assert read(tmp_path / "x.jsonl")[0]["messages"][0]["content"] == "An inverter."
    assert summary.notes == ["1 rows have no status: they were taken as they are"]
    for settings in ({"format": "preference"}, {"format": "alpaca", "min_status": ("synth",)}):
        with pytest.raises(UsageError, match=r"needs the ledger.*plain\.json\.ledger"):
            write(name="y.jsonl", output=plain, **settings)


def test_without_a_ledger_unknown_fields_must_be_named(write: Export, tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_text(json.dumps({"q": "An inverter?", "r": [INV]}) + "\n")
    with pytest.raises(UsageError, match="no ledger") as caught:
        write("alpaca", output=plain)
    assert "q, r" in caught.value.hint
    write("alpaca", output=plain, prompt_field="q", answer_field="r")
    assert read(tmp_path / "x.jsonl") == [{"instruction": "An inverter?", "input": "", "output": INV}]


def test_a_field_that_no_row_has_is_a_typing_error(write: Export) -> None:
    with pytest.raises(InputError, match="'instructon'") as caught:
        write("alpaca", prompt_field="instructon")
    assert "instruction" in caught.value.hint


def test_a_description_is_the_prompt_of_its_verilog(tmp_path: Path) -> None:
    rows = [{"id": "i", "verilog": INV, "description": ""}]
    reply = "The output y is the inverse of the input a."
    output = run(tmp_path, rows, [{"reply": reply}], ("verilog", "description"), check="none")
    export(ExportSpec(output=str(output), format="alpaca", path=str(tmp_path / "x.jsonl")))
    assert read(tmp_path / "x.jsonl") == [{"instruction": reply, "input": "", "output": INV}]
    other: dict[str, Any] = {"prompt_field": "verilog", "answer_field": "description"}
    export(ExportSpec(output=str(output), format="alpaca", path=str(tmp_path / "y.jsonl"), **other))
    assert read(tmp_path / "y.jsonl") == [{"instruction": INV, "input": "", "output": reply}]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "json"])
def test_all_samples_of_a_row_become_answers(tmp_path: Path, suffix: str) -> None:
    other = INV.replace("~a", "a ? 1'b0 : 1'b1")
    broken = INV.replace("assign", "asign")
    rules = [{"reply": [f"```verilog\n{text}\n```" for text in (INV, broken, other)]}]
    rows = [{"id": "i", "instruction": "Write inv."}]
    settings = {"samples": 3, "choose": "all", "suffix": suffix}
    output = run(tmp_path, rows, rules, ("instruction", "verilog"), **settings)
    spec: dict[str, Any] = {"output": str(output), "min_status": ("synth",)}
    export(ExportSpec(format="alpaca", path=str(tmp_path / "x.jsonl"), **spec))
    assert [row["output"] for row in read(tmp_path / "x.jsonl")] == [INV, other]
    export(ExportSpec(format="rtlcoder", path=str(tmp_path / "y.jsonl"), **spec))
    assert [row["Response"] for row in read(tmp_path / "y.jsonl")] == [[INV, other]]
    export(ExportSpec(format="preference", path=str(tmp_path / "z.jsonl"), **spec))
    assert [(row["chosen"], row["rejected"]) for row in read(tmp_path / "z.jsonl")] == [(INV, broken)]


def test_rows_are_found_in_the_ledger_by_the_id_that_the_run_used(tmp_path: Path) -> None:
    rows = [
        {"id": 7, "key": "k1", "instruction": "Write inv.", "status": "draft", "reason": "mine"},
        {"id": 7, "key": "k2", "instruction": "Write buf1.", "status": "done", "reason": "mine"},
    ]
    rules = [{"id": "k1", "reply": f"```verilog\n{INV}\n```"}, {"reply": f"```verilog\n{BUF}\n```"}]
    output = run(tmp_path, rows, rules, ("instruction", "verilog"), id="key")
    spec = ExportSpec(output=str(output), format="hf", path=str(tmp_path / "x"), min_status=("synth",))
    pq = pytest.importorskip("pyarrow.parquet")
    assert export(spec).rows == 2
    found = pq.read_table(next((tmp_path / "x" / "data").iterdir())).to_pylist()
    # the user's own field `status` stays, what the run put beside it goes
    assert [(row["key"], row["status"], row["reason"]) for row in found] == [
        ("k1", "draft", "mine"), ("k2", "done", "mine"),
    ]  # fmt: skip
    assert "rtlglot_status" not in found[0]


def test_nothing_left_is_an_error_and_no_file(write: Export, made: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is left to export of 3 rows") as caught:
        write("alpaca", min_status=("interface",))
    assert "interface did not say yes (skipped): 3" in caught.value.hint
    assert not list(tmp_path.glob("*x*"))


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"format": "alpaca", "only": "good"}, "only"),
        ({"format": "alpaca", "dedup": "fuzzy"}, "dedup"),
        ({"format": "alpaca", "split": 1.0}, "split"),
        ({"format": "alpaca", "chat": True}, "chat"),
        ({"format": "alpaca", "pairs": 3}, "pairs"),
        ({"format": "preference", "pairs": -1}, "pairs"),
        ({"format": "alpaca", "data_source": "x"}, "data_source"),
        ({"format": "alpacca"}, "alpacca"),
        ({"format": "preference", "answer_field": "description"}, "preference"),
        ({"format": "alpaca", "answer_field": "instruction"}, "both"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(write: Export, settings: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        write(**settings)


def test_an_adder_is_what_was_checked(write: Export, tmp_path: Path) -> None:
    write("alpaca")
    assert read(tmp_path / "x.jsonl")[-1]["output"] == ADD
