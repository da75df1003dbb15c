"""Sources: compression and its damage, standard input and pipes, files that change or are not there."""

from __future__ import annotations

import gzip
import lzma
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.unit.formats.format_rows import put, read, write

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import open_dataset

ROWS = [(f"row{i}", {"id": f"row{i}", "text": random.Random(i).randbytes(60).hex()}) for i in range(3000)]
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
SUFFIXES = sorted(COMPRESS)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write(tmp_path_factory.mktemp("plain") / "a.jsonl", ROWS).read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "tsv"])
def test_compressed_files_come_back(kind: str, suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"a.{kind}.{suffix}", ROWS)
    assert read(path) == ROWS
    decompress = {"gz": ["gzip", "-dc"], "xz": ["xz", "-dc"]}.get(suffix)
    if decompress:  # and another program can read it
        done = subprocess.run([*decompress, path], capture_output=True, check=True)
        assert read(put(tmp_path / f"b.{kind}", done.stdout)) == ROWS


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_made_of_several_compressed_parts(suffix: str, plain: bytes, tmp_path: Path) -> None:
    parts = [COMPRESS[suffix](plain[start : start + 50_000]) for start in range(0, len(plain), 50_000)]
    assert read(put(tmp_path / f"a.jsonl.{suffix}", b"".join(parts))) == ROWS


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_rows_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    first = write(tmp_path / f"a.jsonl.{suffix}", ROWS).read_bytes()
    assert write(tmp_path / f"b.jsonl.{suffix}", ROWS).read_bytes() == first


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_cut_file_is_named_wherever_it_is_cut(suffix: str, plain: bytes, tmp_path: Path) -> None:
    data = COMPRESS[suffix](plain)
    for length in [0, 3, 11, len(data) // 3, len(data) // 2, len(data) - 9, len(data) - 1]:
        path = put(tmp_path / f"a.jsonl.{suffix}", data[:length])
        with pytest.raises(InputError, match="data ends early: the file is cut off") as caught:
            read(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_damaged_file_is_named(suffix: str, plain: bytes, tmp_path: Path) -> None:
    data = bytearray(COMPRESS[suffix](plain))
    data[len(data) // 2 : len(data) // 2 + 100] = b"\x55" * 100
    for damaged in (bytes(data), b"no " + bytes(data)):
        with pytest.raises(InputError, match=rf"a\.jsonl\.{suffix}"):
            read(put(tmp_path / f"a.jsonl.{suffix}", damaged))


READ_STDIN = """
import json, os, sys, tempfile
from rtlglot.errors import RtlglotError
from rtlglot.formats import Selection, open_dataset
try:
    with open_dataset("-", format=sys.argv[1] if len(sys.argv) > 1 else None) as dataset:
        first = [(row.id, row.where) for row in dataset]
        second = [(row.id, row.where) for row in dataset]
        left = os.listdir(tempfile.gettempdir())
    print(json.dumps([dataset.name, first == second, left, first]))
except RtlglotError as error:
    print(json.dumps(str(error)))
"""


def _piped(data: bytes, tmp_path: Path, *arguments: str) -> object:
    import json

    (tmp_path / "tmp").mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    command = [sys.executable, "-c", READ_STDIN, *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=True, env=environment)
    assert list((tmp_path / "tmp").iterdir()) == []
    return json.loads(done.stdout)


LINES = ["line 1", "line 2"]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"id": "a"}\n{"id": "b"}\n', LINES),
        (b'\xef\xbb\xbf\n {"id": "a"}\n', ["line 2"]),
        (b'{"id": {"n": 1}}\n{"id": {"n": 2}}\n', "holds the id"),
        (b'{"id": "a", "x": {"y": 1}}\n', ["line 1"]),
        (b'{"a": {"x": 1}, "b": {}}', ["entry 'a'", "entry 'b'"]),
        (b'{\n"a": {},\n"b": {}}', ["entry 'a'", "entry 'b'"]),
        (b'{"a": {"x": 1}}', ["entry 'a'"]),
        (b'[{"id": "a"},\n{"id": "b"}]', ["entry 1", "entry 2"]),
        (b"id,x\na,1\n", ["line 2"]),
        (b"id\tx,y\na\t1\n", ["line 2"]),
    ],
)
@pytest.mark.parametrize("compress", [bytes, *COMPRESS.values()])
def test_standard_input_is_read_again_and_its_format_found(
    data: bytes, where: list[str] | str, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    result = _piped(compress(data), tmp_path)
    if isinstance(where, str):
        assert "an id is a text or an int" in str(result)
        return
    assert isinstance(result, list)
    name, same, left, rows = result
    assert (name, same, left) == ("standard input", True, [])
    assert [row[1] for row in rows] == where


def test_parquet_from_standard_input(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", ROWS[:2])
    result = _piped(path.read_bytes(), tmp_path)
    assert isinstance(result, list)
    assert result[3] == [["row0", "row 1"], ["row1", "row 2"]]


def test_the_format_of_standard_input_can_be_said(tmp_path: Path) -> None:
    result = _piped(b'{"id": {"x": 1}}', tmp_path, "json")
    assert isinstance(result, list)
    assert result[3] == [["id", "entry 'id'"]]
    assert _piped(b"", tmp_path, "jsonl") == ["standard input", True, [], []]


def test_what_is_said_of_standard_input(tmp_path: Path) -> None:
    assert _piped(b"", tmp_path) == "standard input is empty"
    assert str(_piped(b'{"id": 1}\n{oops\n', tmp_path)).startswith(
        "standard input, line 2 column 2: broken JSON"
    )


@pytest.mark.parametrize("name", ["pipe", "pipe.jsonl"])
def test_a_named_pipe_is_read_again_too(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    feeder = threading.Thread(target=put, args=(tmp_path / name, b'{"id": "a"}\n{"id": "b"}\n'))
    feeder.start()
    with open_dataset(tmp_path / name) as dataset:
        feeder.join()
        assert [row.id for row in dataset] == ["a", "b"]
        assert [row.id for row in dataset] == ["a", "b"]
        two = zip(dataset, dataset, strict=True)  # two passes at once
        assert [(a.id, b.id) for a, b in two] == [("a", "a"), ("b", "b")]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "no.jsonl", tmp_path / "no" / "no.jsonl", ""):
        with pytest.raises(InputError, match="no such file or folder"):
            open_dataset(path)
    with pytest.raises(InputError, match="Not a directory"):
        open_dataset(put(tmp_path / "a.jsonl", b"") / "b.jsonl")


def test_a_name_that_does_not_tell_its_format(tmp_path: Path) -> None:
    path = put(tmp_path / "rows.txt", b"{}")
    with pytest.raises(UsageError, match=r"rows\.txt' does not tell its format") as caught:
        open_dataset(path)
    assert ".jsonl, .ndjson" in caught.value.hint
    assert [row.id for row in open_dataset(path, format="jsonl")] == ["1"]
    with pytest.raises(UsageError, match="unknown format 'jsonlines'") as caught:
        open_dataset(path, format="jsonlines")
    assert "'jsonl'" in caught.value.hint


def test_a_file_that_changes_between_two_passes_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", b'{"id": "a"}\n')
    with open_dataset(path) as dataset:
        assert [row.id for row in dataset] == ["a"]
        put(path, b'{"id": "a"}\n{"id": "b"}\n')
        with pytest.raises(InputError, match="changed since it was first read"):
            list(dataset)
        path.unlink()
        with pytest.raises(InputError, match="No such file"):
            list(dataset)
