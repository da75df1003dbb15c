"""A record that is too large is refused before it fills the memory, however small the file."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

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
