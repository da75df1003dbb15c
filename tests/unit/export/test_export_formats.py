"""Every export, read back by the library that its users load it with."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.export.export_rows import ADD, BUF, INV, Export, read

from rtlglot.errors import UsageError
from rtlglot.exports import EXPORTS
from rtlglot.exports.example import Example, FormatOptions, Place, Turn

datasets = pytest.importorskip("datasets")

PROMPTS = ["Write inv: y is not a.", "Write buf1: y is a.", "Write an adder of 4 bits."]
ANSWERS = [INV, BUF, ADD]
TEXT = datasets.Value("string")


def load(path: Path, tmp_path: Path) -> Any:
    """As a trainer does."""
    kind = {".parquet": "parquet", ".csv": "csv"}.get(path.suffix, "json")
    cache = str(tmp_path / "cache")
    return datasets.load_dataset(kind, data_files={"train": str(path)}, cache_dir=cache)["train"]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet", "csv"])
def test_alpaca(write: Export, tmp_path: Path, suffix: str) -> None:
    summary = write("alpaca", f"x.{suffix}")
    rows = load(tmp_path / f"x.{suffix}", tmp_path)
    assert rows.column_names == ["instruction", "input", "output"]
    assert list(rows["instruction"]) == PROMPTS
    assert list(rows["output"]) == ANSWERS
    assert set(rows["input"]) <= {"", None}
    assert summary.records == {"train": 3}
    assert (summary.prompt_field, summary.answer_field) == ("instruction", "verilog")


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet"])
def test_sharegpt(write: Export, tmp_path: Path, suffix: str) -> None:
    write("sharegpt", f"x.{suffix}")
    rows = load(tmp_path / f"x.{suffix}", tmp_path)
    assert rows.features == {"conversations": datasets.List({"from": TEXT, "value": TEXT})}
    assert rows[2]["conversations"] == [
        {"from": "human", "value": PROMPTS[2]}, {"from": "gpt", "value": ADD},
    ]  # fmt: skip


def test_openai_messages(write: Export, tmp_path: Path) -> None:
    write("openai")
    rows = load(tmp_path / "x.jsonl", tmp_path)
    assert rows.features == {"messages": datasets.List({"role": TEXT, "content": TEXT})}
    assert rows[0]["messages"] == [
        {"role": "user", "content": PROMPTS[0]}, {"role": "assistant", "content": INV},
    ]  # fmt: skip


def test_prompt_completion_has_trls_columns(write: Export, tmp_path: Path) -> None:
    write("prompt-completion")
    rows = load(tmp_path / "x.jsonl", tmp_path)
    assert rows.features == {"prompt": TEXT, "completion": TEXT}
    assert list(rows["completion"]) == ANSWERS


def test_prompt_completion_as_chat_has_trls_conversational_form(write: Export, tmp_path: Path) -> None:
    write("prompt-completion", chat=True)
    rows = load(tmp_path / "x.jsonl", tmp_path)
    messages = datasets.List({"role": TEXT, "content": TEXT})
    assert rows.features == {"prompt": messages, "completion": messages}
    assert rows[0]["completion"] == [{"role": "assistant", "content": INV}]


def test_preference_has_trls_columns_first(write: Export, tmp_path: Path) -> None:
    write("preference")
    rows = load(tmp_path / "x.jsonl", tmp_path)
    assert rows.features == dict.fromkeys(["prompt", "chosen", "rejected", "id", "check", "finding"], TEXT)


def test_preference_as_chat(write: Export, tmp_path: Path) -> None:
    write("preference", chat=True)
    rows = load(tmp_path / "x.jsonl", tmp_path)
    messages = datasets.List({"role": TEXT, "content": TEXT})
    assert [rows.features[name] for name in ("prompt", "chosen", "rejected")] == [messages] * 3
    assert rows[0]["rejected"][0]["role"] == "assistant"


def test_rtlcoder_lists_the_responses(write: Export, tmp_path: Path) -> None:
    write("rtlcoder")
    rows = load(tmp_path / "x.jsonl", tmp_path)
    assert rows.features == {"Instruction": TEXT, "Input": TEXT, "Response": datasets.List(TEXT)}
    assert rows[1]["Response"] == [BUF]


def test_codev_ends_the_instruction_with_the_header(write: Export, tmp_path: Path) -> None:
    write("codev")
    rows = load(tmp_path / "x.jsonl", tmp_path)
    assert rows.column_names == ["instruction", "response"]
    assert rows[0]["instruction"] == PROMPTS[0] + "\nmodule inv(input a, output y);"
    assert rows[0]["response"] == INV


def test_codev_leaves_out_what_has_no_module(write: Export, tmp_path: Path) -> None:
    output = tmp_path / "plain.jsonl"
    lines = [{"instruction": "a", "verilog": INV}, {"instruction": "b", "verilog": "assign y = a;"}]
    output.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = write("codev", output=output)
    assert summary.dropped == {"the answer has no module": 1}
    assert [row["response"] for row in read(tmp_path / "x.jsonl")] == [INV]


def test_verl(write: Export, tmp_path: Path) -> None:
    write("verl", "x.parquet", data_source="mine")
    rows = load(tmp_path / "x.parquet", tmp_path)
    assert rows.column_names == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
    assert rows[0]["data_source"] == "mine"
    assert rows[0]["prompt"] == [{"role": "user", "content": PROMPTS[0]}]
    # the reference that stood in the target field is truer than what a model wrote
    assert rows[0]["reward_model"] == {"style": "rule", "ground_truth": INV}
    assert [row["extra_info"]["index"] for row in rows] == [0, 1, 2]
    assert rows[2]["extra_info"] == {"split": "train", "index": 2, "id": "add", "testbench": ""}

    import pyarrow.parquet as pq

    assert pq.read_table(tmp_path / "x.parquet").num_rows == 3


def test_verl_takes_the_answer_that_is_asked_for(write: Export, tmp_path: Path) -> None:
    output = tmp_path / "plain.jsonl"
    output.write_text(json.dumps({"instruction": "a", "verilog": INV, "gold": BUF}) + "\n")
    write("verl", "x.parquet", output=output, answer_field="gold")
    assert load(tmp_path / "x.parquet", tmp_path)[0]["reward_model"]["ground_truth"] == BUF


def test_a_hugging_face_folder_loads_by_its_card_alone(write: Export, tmp_path: Path) -> None:
    summary = write("hf", "mine", split=0.34)
    loaded = datasets.load_dataset(str(tmp_path / "mine"), cache_dir=str(tmp_path / "cache"))
    assert {name: part.num_rows for name, part in loaded.items()} == summary.records
    assert set(summary.records) == {"train", "validation"}
    rows = {row["id"]: row for part in loaded.values() for row in part}
    assert {id_: row["verilog"] for id_, row in rows.items()} == {"inv": INV, "buf": BUF, "add": ADD}
    assert rows["inv"]["license"] == "MIT"
    assert rows["buf"]["source"] is None
    assert rows["inv"]["checks"]["equivalence"] == "equivalent"
    assert rows["add"]["checks"]["equivalence"] == "skipped"
    assert "status" not in rows["inv"]
    assert loaded["train"].features == loaded["validation"].features


@pytest.mark.parametrize("name", list(EXPORTS))
def test_each_format_can_be_made_and_says_what_it_is_written_to(name: str) -> None:
    made = EXPORTS.load(name)
    options = FormatOptions(prompt_field="instruction", answer_field="verilog")
    format = made(options)
    assert made.__doc__
    assert isinstance(format.compares, bool)
    assert (format.containers == ()) == (name == "hf")
    example = Example(0, "a", {"instruction": "p"}, turns=(Turn("p", INV, {}), Turn("p", BUF, {})))
    records = list(format.records(example, Place("train", 0)))
    assert len(records) == {"rtlcoder": 1, "verl": 1, "preference": 0}.get(name, 2)


def test_llama_factorys_entry_names_the_file_and_its_columns(write: Export, tmp_path: Path) -> None:
    summary = write("sharegpt", "sft.jsonl", split=0.34)
    entries = json.loads(Path(summary.files["dataset_info"]).read_text())
    assert set(entries) == {"sft", "sft_validation"}
    for entry in entries.values():
        assert read(tmp_path / entry["file_name"])
        assert entry["formatting"] == "sharegpt"
        column = entry["columns"]["messages"]
        tags = entry["tags"]
        said = read(tmp_path / entry["file_name"])[0][column]
        assert [turn[tags["role_tag"]] for turn in said] == [tags["user_tag"], tags["assistant_tag"]]
    write("preference", "dpo.jsonl")
    entry = json.loads((tmp_path / "dpo.dataset_info.json").read_text())["dpo"]
    assert entry["ranking"] is True
    assert set(entry["columns"].values()) <= set(read(tmp_path / "dpo.jsonl")[0])


def test_no_entry_where_llama_factory_reads_no_such_file(write: Export, tmp_path: Path) -> None:
    assert "dataset_info" not in write("alpaca", "x.jsonl.gz").files
    assert "dataset_info" not in write("preference", "y.jsonl", chat=True).files
    assert "dataset_info" not in write("rtlcoder", "z.jsonl").files


@pytest.mark.parametrize(("format", "name"), [("sharegpt", "x.csv"), ("verl", "x.jsonl"), ("alpaca", "x.v")])
def test_a_file_that_cannot_hold_it_is_refused(write: Export, tmp_path: Path, format: str, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        write(format, name)
    assert name in str(caught.value)
    assert list(tmp_path.glob("x*")) == []
