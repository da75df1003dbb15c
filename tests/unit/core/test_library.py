"""The library's door, also where an event loop runs already."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import InputError
from rtlglot.records import Message, Request, Sampling

ROWS = '{"id": "a", "instruction": "Design a gate."}\n{"id": "b"}\n'
SETTINGS: dict[str, Any] = {
    "source": "instruction",
    "target": "description",
    "engine": "scripted",
    "model": "sentence",
}


def test_a_few_lines_do_the_job(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    seen: list[rtlglot.Outcome] = []

    class Look:
        def stage(self, text: str) -> None: ...
        def note(self, text: str) -> None: ...
        def tick(self, tally: object) -> None: ...
        def end(self, summary: rtlglot.Summary) -> None: ...
        def settled(self, outcome: rtlglot.Outcome) -> None:
            seen.append(outcome)

    summary = rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "out.jsonl", watch=Look(), **SETTINGS)
    assert (summary.accepted, summary.failed, summary.total, summary.exit_code) == (1, 1, 2, 0)
    assert {outcome.id for outcome in seen} == {"a", "b"}


async def test_it_opens_inside_a_running_loop_as_in_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    assert asyncio.get_running_loop().is_running()
    summary = rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "sync.jsonl", **SETTINGS)
    assert summary.accepted == 1
    again = await rtlglot.atransform(tmp_path / "in.jsonl", tmp_path / "async.jsonl", **SETTINGS)
    assert again.accepted == 1


def test_errors_are_ours_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    with pytest.raises(rtlglot.RtlglotError) as caught:
        rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "o.jsonl", **SETTINGS, temprature=1)
    assert "temperature" in caught.value.hint


def test_a_model_for_scripts_without_await() -> None:
    requests = [Request((Message("user", f"say {n}"),), Sampling(50)) for n in range(3)]
    with rtlglot.Model("echo", "scripted") as model:
        assert [reply.text for reply in model.ask(requests)] == ["say 0", "say 1", "say 2"]  # type: ignore[union-attr]
        assert len(model.ask(requests)) == 3


def test_what_is_meant_for_others_is_shown() -> None:
    assert {"transform", "check", "export", "compare", "report", "rows", "Model"} <= set(dir(rtlglot))
    assert set(dir(rtlglot)) == set(rtlglot.__all__)


IN_MEMORY: list[dict[str, Any]] = [
    {"id": "a", "instruction": "Design a gate.", "n": 1},
    {"id": "b", "instruction": "Design a latch."},
]


def test_rows_in_memory_in_and_out(tmp_path: Path) -> None:
    summary = rtlglot.transform(IN_MEMORY, tmp_path / "out.jsonl", **SETTINGS)
    described = rtlglot.rows(summary)
    assert [(row["id"], row["instruction"]) for row in described] == [
        (row["id"], row["instruction"]) for row in IN_MEMORY
    ]
    assert all(row["description"] for row in described)
    nowhere = rtlglot.transform(iter(IN_MEMORY), **SETTINGS)
    assert len(rtlglot.rows(nowhere)) == 2
    with pytest.raises(rtlglot.RtlglotError, match="row 2 is a str"):
        rtlglot.transform([{"id": "a"}, "b"], **SETTINGS)  # type: ignore[list-item]
    with pytest.raises(rtlglot.RtlglotError, match="row 1 holds what JSON cannot"):
        rtlglot.transform([{"id": object()}], **SETTINGS)


def test_a_data_frame_in_and_out(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(IN_MEMORY)
    told = rtlglot.rows(rtlglot.transform(frame, tmp_path / "out.jsonl", **SETTINGS), like=frame)
    assert isinstance(told, pandas.DataFrame)
    assert list(told["id"]) == ["a", "b"]
    assert told["description"].str.len().min() > 10


def test_a_dataset_in_and_out(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list(IN_MEMORY)
    told = rtlglot.rows(rtlglot.transform(data, tmp_path / "out.jsonl", **SETTINGS), like=datasets.Dataset)
    assert isinstance(told, datasets.Dataset)
    assert told["id"][:] == ["a", "b"]


async def test_check_report_export_and_compare(tmp_path: Path) -> None:
    designs = [
        {"id": "good", "verilog": "module m(output y); assign y = 1; endmodule"},
        {"id": "bad", "verilog": "x"},
    ]
    checked = rtlglot.check(designs, tmp_path / "v.jsonl", check="syntax")
    assert (checked.rows, checked.good, checked.rejected) == (2, 1, 1)
    assert {row["id"] for row in rtlglot.rows(checked)} == {"good", "bad"}
    one = await rtlglot.atransform(IN_MEMORY, tmp_path / "one.jsonl", **SETTINGS)
    two = await rtlglot.atransform(IN_MEMORY, tmp_path / "two.jsonl", **SETTINGS, seed=4)
    assert rtlglot.report(one).read_bytes().startswith(b"<!")
    assert rtlglot.export(one, tmp_path / "sft.jsonl", format="openai").rows == 2
    assert rtlglot.compare(one, two).common == 2


def test_a_field_of_the_prompt_that_no_row_has_is_refused_before_asking(tmp_path: Path) -> None:
    rows, prompt, output = tmp_path / "in.jsonl", tmp_path / "p.md", tmp_path / "out.jsonl"
    rows.write_text('{"id": 1, "verilog": "module m; endmodule"}\n')
    prompt.write_text("Describe {{ row.verilgo }}")
    with pytest.raises(InputError, match="no row has a field 'verilgo'") as caught:
        rtlglot.transform(
            str(rows), str(output), source="verilog", target="description", engine="scripted",
            model="sentence", prompt=str(prompt),
        )  # fmt: skip
    assert "verilog" in (caught.value.hint or "")
    assert not output.exists()
