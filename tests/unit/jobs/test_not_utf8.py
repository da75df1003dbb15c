"""Bytes that are not UTF-8 fail the row that holds them, and no other, in every format of texts."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

import rtlglot
from rtlglot.cli import main
from rtlglot.errors import InputError
from rtlglot.formats import open_dataset
from rtlglot.formats.dataset import Selection

ROWS = [{"id": f"r{n}", "verilog": f"module m{n}; // \u00b5@ {n}\nendmodule"} for n in range(6)]
BAD = {"r1": b"\xff", "r4": b"\xe4\xb8"}
"""Put in the place of the '@' of these rows; the second one is the beginning of a character."""


def _lines() -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)


def _csv() -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["id", "verilog"])
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue()


FORMATS: dict[str, Callable[[], str]] = {
    "in.jsonl": _lines,
    "in.json": lambda: json.dumps({row["id"]: row for row in ROWS}, ensure_ascii=False),
    "list.json": lambda: json.dumps(ROWS, ensure_ascii=False, indent=1),
    "in.csv": _csv,
}
PACK: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def _spoilt(text: str) -> bytes:
    data = text.encode()
    for id_, byte in BAD.items():
        data = data.replace(f"@ {id_[1:]}".encode(), byte + f" {id_[1:]}".encode())
    return data


@pytest.fixture(params=[(name, ending) for name in FORMATS for ending in PACK], ids="".join)
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, ending = request.param
    path = tmp_path / f"{name}{ending}"
    path.write_bytes(PACK[ending](_spoilt(FORMATS[name]())))
    return path


def test_only_those_rows_are_flawed_and_each_tells_the_byte(data: Path) -> None:
    plain = _spoilt(FORMATS[data.name.removesuffix(".gz").removesuffix(".zst")]())
    with open_dataset(data, Selection(flawed=True)) as dataset:
        rows = {row.id: row for row in dataset}
    assert list(rows) == [row["id"] for row in ROWS]
    assert {id_ for id_, row in rows.items() if row.flaw} == {*BAD}
    for id_, byte in BAD.items():
        assert f"byte {plain.index(byte + b' ')} (0x{byte[0]:02x}) is not UTF-8" in rows[id_].flaw
        json.dumps(rows[id_].fields, ensure_ascii=False).encode()  # it can be written
    good = [row for row in ROWS if row["id"] not in BAD]
    assert [rows[row["id"]].fields["verilog"] for row in good] == [row["verilog"] for row in good]


@pytest.mark.parametrize("name", ["in.jsonl", "in.csv"])
def test_a_check_drops_only_those_rows_and_says_why(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / name
    data.write_bytes(_spoilt(FORMATS[name]()))
    keep, drop = tmp_path / "keep.jsonl", tmp_path / "drop.jsonl"
    assert main(["check", str(data), "--check", "screen", "--keep", str(keep), "--drop", str(drop)]) == 0
    with rtlglot.formats.open_dataset(keep) as kept, rtlglot.formats.open_dataset(drop) as dropped:
        assert [row.id for row in kept] == ["r0", "r2", "r3", "r5"]
        assert [(row.id, row.fields["reason"]) for row in dropped] == [(id_, "not_unicode") for id_ in BAD]
    said = capsys.readouterr().out
    assert "2 unreadable" in said
    assert "without a text" not in said


def test_a_design_of_a_folder_fails_alone(tmp_path: Path) -> None:
    folder = tmp_path / "rtl"
    folder.mkdir()
    for row in ROWS:
        (folder / f"{row['id']}.v").write_bytes(_spoilt(row["verilog"]))
    with open_dataset(folder, Selection(flawed=True)) as dataset:
        assert [row.id for row in dataset if row.flaw] == ["r1.v", "r4.v"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", b'{"id": "a"}\n{"id": \xff}\n'),
        ("a.json", b'[{"id": "a"}, {"id": \xff}]'),
        ("a.csv", b"id,\xff\na,b\n"),
    ],
)
def test_bytes_outside_of_any_row_refuse_the_file(tmp_path: Path, name: str, text: bytes) -> None:
    (tmp_path / name).write_bytes(text)
    with (
        open_dataset(tmp_path / name, Selection(flawed=True)) as dataset,
        pytest.raises(InputError, match=r"\(0xff\) is not UTF-8"),
    ):
        list(dataset)


def test_very_many_bad_bytes_take_no_longer_than_as_many_good_ones(tmp_path: Path) -> None:
    def entries(byte: bytes) -> Iterator[bytes]:
        return (b'{"id":"%d","t":"%s"}' % (n, byte) for n in range(4_000))

    path = tmp_path / "in.json"
    path.write_bytes(b"[" + b",".join(entries(b"\xff" * 9)) + b"]")
    with open_dataset(path, Selection(flawed=True)) as dataset:
        last = list(dataset)[-1]
    assert f"byte {path.stat().st_size - 12} (0xff)" in last.flaw
