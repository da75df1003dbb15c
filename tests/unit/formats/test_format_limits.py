"""A record that is too large is refused before it fills the memory, however small the file."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from rtlglot.cli import main
from rtlglot.errors import InputError, UsageError
from rtlglot.formats import Selection, open_dataset

ROWS = [{"id": "a", "text": "x" * 100}, {"id": "b", "text": "y" * 5000}, {"id": "c", "text": "z"}]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv"])
@pytest.mark.parametrize("most", [4000, 8000])
def test_a_record_beyond_the_limit_is_named(tmp_path: Path, suffix: str, most: int) -> None:
    path = tmp_path / f"in.{suffix}"
    if suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif suffix == "json":
        path.write_text(json.dumps(ROWS + [{"id": str(n), "text": "x" * 3000} for n in range(200)]))
    else:
        path.write_text("id,text\n" + "".join(f"{row['id']},{row['text']}\n" for row in ROWS))
    dataset = open_dataset(path, Selection(max_record=most))
    if suffix != "json" and most < 5000:
        with pytest.raises(InputError, match=r"larger than|field limit") as raised:
            list(dataset)
        assert "line" in str(raised.value)
    else:
        assert [row.id for row in dataset][:3] == ["a", "b", "c"]


def test_a_limit_is_a_number_of_bytes() -> None:
    with pytest.raises(UsageError, match="max_record is 0"):
        Selection(max_record=0)


READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from rtlglot.errors import InputError
from rtlglot.formats import open_dataset
try:
    for row in open_dataset(sys.argv[1]):
        pass
except InputError as error:
    print(error, error.hint)
"""


@pytest.mark.parametrize("name", ["in.jsonl.gz", "in.json.gz", "in.csv.gz", "in.jsonl.zst", "in.json.zst"])
def test_a_small_file_of_one_huge_field_fills_no_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    opening = {"jsonl": b'{"id": "a", "text": "', "json": b'[{"id": "a", "text": "', "csv": b'id,text\na,"'}
    with (
        gzip.open(path, "wb", compresslevel=1) if name.endswith("gz") else zstandard.open(path, "wb") as file
    ):
        file.write(opening[name.split(".")[1]])
        for _ in range(400):  # 400 MB
            file.write(b"x" * (1 << 20))
    assert path.stat().st_size < 3_000_000
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120
    )
    assert "--max-record" in done.stdout or "field limit" in done.stdout, done.stderr[-600:]


def _parquet(path: Path, column: pa.Array, **options: Any) -> Path:
    pq.write_table(pa.table({"id": [str(n) for n in range(len(column))], "v": column}), path, **options)
    return path


LARGE = [
    ("average", pa.array(["y" * 5000, "z" * 5000]), "row 1 or later"),
    ("one of many", pa.array(["x"] * 700 + ["y" * 5000] + ["x"] * 500), "row 701"),
    ("nested", pa.array([["x"]] * 30 + [["y" * 500] * 10] + [["x"]] * 30), "row 31"),
    ("bytes", pa.array([{"a": b"x"}] * 30 + [{"a": b"y" * 5000}] + [{"a": b"x"}] * 30), "row 31"),
]


@pytest.mark.parametrize(("column", "where"), [case[1:] for case in LARGE], ids=[case[0] for case in LARGE])
def test_a_row_of_parquet_beyond_the_limit_is_named(tmp_path: Path, column: pa.Array, where: str) -> None:
    path = _parquet(tmp_path / "in.parquet", column)
    with pytest.raises(InputError, match=f"in.parquet, {where}: the record is larger than 4,000 bytes"):
        list(open_dataset(path, Selection(max_record=4000)))
    assert len(list(open_dataset(path, Selection(max_record=8000)))) == len(column)


def test_many_small_rows_of_parquet_are_no_large_record(tmp_path: Path) -> None:
    words = pa.array([f"{n:0100}" for n in range(3000)])
    for column in (words, words.dictionary_encode()):
        path = _parquet(tmp_path / "in.parquet", column, row_group_size=1100)
        rows = list(open_dataset(path, Selection(max_record=4000)))
        assert [row.fields["v"] for row in rows] == words.to_pylist()


@pytest.mark.parametrize("most", [4999, 5000])
@pytest.mark.parametrize("named", ["folder", "file", "files", "packed"])
def test_a_file_of_verilog_is_a_record(tmp_path: Path, named: str, most: int) -> None:
    good, large = tmp_path / "a.v", tmp_path / "b.v"
    good.write_text("module a; endmodule\n")
    large.write_text("//" + "x" * 4998)
    (tmp_path / "b.v.gz").write_bytes(gzip.compress(large.read_bytes()))
    given: dict[str, list[str]] = {
        "folder": [str(tmp_path)],
        "file": [str(large)],
        "files": [str(good), str(large)],
        "packed": [f"{large}.gz"],
    }
    dataset = open_dataset(given[named], Selection(max_record=most))
    if most < 5000:
        with pytest.raises(InputError, match="the record is larger than 4,999 bytes") as caught:
            list(dataset)
        assert "b.v" in str(caught.value)
        assert "--max-record" in caught.value.hint
    else:
        assert max(len(row.fields["verilog"]) for row in dataset) == 5000


def test_check_takes_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "verilog": "//" + "x" * 5000}) + "\n")
    command = ["check", str(tmp_path / "in.jsonl"), "--check", "screen", "-o", str(tmp_path / "out.jsonl")]
    assert main([*command, "--max-record", "4000"]) == 2
    assert "line 1: the record is larger than 4,000 bytes" in capsys.readouterr().err
    assert main([*command, "--max-record", "8000"]) == 0


def test_a_small_file_of_parquet_of_one_huge_field_is_not_unfolded(tmp_path: Path) -> None:
    path = _parquet(tmp_path / "in.parquet", pa.array(["x" * (1 << 20) * 500]), compression="zstd")
    assert path.stat().st_size < 3_000_000
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120
    )
    assert "--max-record" in done.stdout, done.stderr[-600:]
