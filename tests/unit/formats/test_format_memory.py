"""Memory does not grow with rows, whatever the format; measured in a child process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COPY = """
import resource, sys
from rtlglot.formats import open_dataset, open_writer
path, rows, keyed = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "keyed"
text = "module m(input [7:0] a, output [7:0] y); assign y = a + 8'd1; endmodule\\n" * 4
with open_writer(path, keyed=keyed) as writer:
    for i in range(rows):
        writer.write(f"row{i}", {"instruction": f"{i} {text}", "verilog": text, "n": i, "score": i / 7})
with open_dataset(path) as dataset:
    copied = 0
    with open_writer(path.replace("in.", "out."), like=dataset) as writer:
        for row in dataset:
            writer.write(row.id, row.fields)
            copied += 1
assert copied == rows, copied
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _peak_kib(path: Path, rows: int, shape: str) -> int:
    command = [sys.executable, "-c", COPY, str(path), str(rows), shape]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize(
    ("name", "shape", "many_rows"),
    [
        ("in.json", "keyed", 200_000),
        ("in.json", "list", 100_000),
        ("in.json.zst", "keyed", 100_000),
        ("in.jsonl", "list", 100_000),
        ("in.csv", "list", 100_000),
        ("in.parquet", "list", 100_000),
    ],
)
def test_many_rows_take_the_memory_of_few(name: str, shape: str, many_rows: int, tmp_path: Path) -> None:
    few, many = (_peak_kib(tmp_path / name, rows, shape) for rows in (20_000, many_rows))
    assert many < 1.3 * few, f"{few} KiB at 20,000 rows, {many} KiB at {many_rows:,}"


BROKEN_EARLY = """
import resource, sys
from rtlglot.errors import InputError
from rtlglot.formats import open_dataset
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(open_dataset(sys.argv[1]))
except InputError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("text", [b'{"a": {"x": 1 "y": 2}', b'[{"x": truu}', b'{"a": {"x": 1}, b'])
def test_a_document_that_is_broken_early_is_not_read_to_its_end(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.write(text)
        file.write(b', "more": {"x": "y"}' * 10_000)
        file.truncate(300_000_000)
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_EARLY, path], capture_output=True, text=True, check=True
    )
    error, grown_kib = done.stdout.splitlines()
    assert "line 1 column" in error
    assert int(grown_kib) < 30_000
