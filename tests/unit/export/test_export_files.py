"""Files and folders: whole or not there; what exists is not touched unless that is asked for."""

import csv
import json
from pathlib import Path

import pytest
from tests.unit.export.export_rows import ROWS, Export, read

from rtlglot.errors import InputError, OutputError, UsageError
from rtlglot.exports import ExportSpec
from rtlglot.exports.folder import MARK, Folder
from rtlglot.exports.spec import ExportSummary

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def test_what_exists_is_refused_and_replaced_only_when_asked(write: Export, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("mine")
    with pytest.raises(UsageError, match=r"x\.jsonl exists"):
        write("alpaca")
    assert (tmp_path / "x.jsonl").read_text() == "mine"
    write("alpaca", existing="replace")
    assert len(read(tmp_path / "x.jsonl")) == 3
    (tmp_path / "x.jsonl").unlink()
    (tmp_path / "x.dataset_info.json").write_text("mine")
    with pytest.raises(UsageError, match="dataset_info"):
        write("alpaca")


def test_the_validation_file_counts_as_existing_too(write: Export, tmp_path: Path) -> None:
    (tmp_path / "x.validation.jsonl.gz").write_text("mine")
    with pytest.raises(UsageError, match=r"x\.validation\.jsonl\.gz exists"):
        write("alpaca", "x.jsonl.gz", split=0.34)


@pytest.mark.parametrize("end", ["", ".ledger", ".failures.jsonl"])
def test_the_runs_own_files_are_never_written_over(made: Path, end: str) -> None:
    from rtlglot.exports import export

    before = Path(f"{made}{end}").read_bytes()
    with pytest.raises(UsageError, match="is a file of the run"):
        export(ExportSpec(output=str(made), format="alpaca", path=f"{made}{end}", existing="replace"))
    assert Path(f"{made}{end}").read_bytes() == before


def test_a_folder_of_ours_is_replaced_and_no_other(write: Export, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("do not lose")
    for existing in ("refuse", "replace"):
        with pytest.raises(UsageError, match="no export of rtlglot"):
            write("hf", "mine", existing=existing)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "do not lose"

    (tmp_path / "empty").mkdir()
    write("hf", "empty")
    with pytest.raises(UsageError, match="exists") as caught:
        write("hf", "empty", split=0.34)
    assert "replace" in caught.value.hint
    write("hf", "empty", split=0.34, existing="replace")
    names = {path.name for path in (tmp_path / "empty" / "data").iterdir()}
    assert names == {"train-00000-of-00001.parquet", "validation-00000-of-00001.parquet"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "mine"]


def test_a_row_that_cannot_be_read_leaves_the_old_files_whole(write: Export, tmp_path: Path) -> None:
    output = tmp_path / "broken.jsonl"
    good = {"id": "a", "instruction": "Write.", "verilog": "module m; endmodule"}
    output.write_text(json.dumps(good) + "\n")
    write("alpaca", output=output)
    write("hf", "set", output=output)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    output.write_text(json.dumps(good) + '\n{"id": "b", "instr\n')
    before[output] = output.read_bytes()
    for name, format in (("x.jsonl", "alpaca"), ("set", "hf")):
        with pytest.raises(InputError, match="line 2"):
            write(format, name, output=output, existing="replace")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not list(tmp_path.glob(".*"))


def test_no_folder_to_write_to(write: Export) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write("hf", "no/such")
    with pytest.raises(OutputError, match="there is no folder"):
        write("alpaca", "no/such.jsonl")


def test_a_big_side_is_several_files_of_one_schema(
    write: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtlglot.exports.folder.SHARD_BYTES", 300)
    write("hf", "set")
    names = sorted(path.name for path in (tmp_path / "set" / "data").iterdir())
    assert len(names) > 1
    assert names == [f"train-{k:05d}-of-{len(names):05d}.parquet" for k in range(len(names))]
    tables = [pq.read_table(tmp_path / "set" / "data" / name) for name in names]
    assert sum(table.num_rows for table in tables) == 3
    assert all(table.schema.equals(tables[0].schema) for table in tables)


def test_what_a_killed_export_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    import socket
    import subprocess
    import sys

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale = (
        tmp_path / f".set.{socket.gethostname().replace('-', '_').replace('.', '_')}-{ended.pid}-0123abcd.tmp"
    )
    other = tmp_path / f".other.{socket.gethostname()}-{ended.pid}-0123abcd.tmp"
    for folder in (stale, other):
        (folder / "data").mkdir(parents=True)
    spec = ExportSpec(output="o", format="hf", path=str(tmp_path / "set"))
    summary = ExportSummary("hf", "a", "b", records={"train": 1})
    with Folder(spec, lambda _: MARK).open() as output:
        assert not stale.exists()
        output.write("train", "1", {"a": "x"})
        output.finish(summary)
    assert other.exists()
    assert (tmp_path / "set" / "README.md").read_text() == MARK
    assert summary.files == {"folder": str(tmp_path / "set")}


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Rows whose other fields have types that differ from row to row, and side to side."""
    rows = [
        {"id": f"r{k}", "instruction": f"Write {k}.", "verilog": f"module m; wire {'x' * (k + 1)}; endmodule",
         "tags": ["a"] if k % 2 else None, "size": k if k % 3 else "big", "more": {"a": k} if k % 2 else {}}
        for k in range(20)
    ]  # fmt: skip
    path = tmp_path / "mixed.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_fields_of_any_type_get_one_schema_for_both_sides(write: Export, tmp_path: Path, mixed: Path) -> None:
    datasets = pytest.importorskip("datasets")
    write("hf", "set", output=mixed, split=0.2)
    loaded = datasets.load_dataset(str(tmp_path / "set"), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].features == loaded["validation"].features
    rows = {row["id"]: row for part in loaded.values() for row in part}
    assert len(rows) == 20
    assert rows["r3"]["size"] == "big"
    assert rows["r4"]["size"] == "4"
    assert rows["r1"]["tags"] == ["a"]


def test_the_rows_of_the_run_are_those_of_the_summary(write: Export) -> None:
    summary = write("hf", "set", only="any", split=0.3)
    assert summary.rows == sum(summary.records.values()) == len(ROWS) - 1
    assert summary.rows_read == len(ROWS)


@pytest.mark.parametrize("keep", [False, True])
def test_no_cell_of_an_exported_table_is_a_formula(tmp_path: Path, keep: bool) -> None:
    from rtlglot.exports import export

    cells = ["=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "a = b"]
    source, path = tmp_path / "in.jsonl", tmp_path / "x.csv"
    rows = [{"id": f"r{n}", "q": cell, "a": "It adds."} for n, cell in enumerate(cells)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    spec = ExportSpec(
        output=str(source), format="alpaca", path=str(path), keep_formulas=keep, only="any",
        prompt_field="q", answer_field="a",
    )  # fmt: skip
    export(spec)
    with path.open(newline="") as file:
        found = [row["instruction"] for row in csv.DictReader(file)]
    assert found == [cell if keep or cell == "a = b" else f"'{cell}" for cell in cells]
