"""CSV and TSV: texts come back as they are, and rows that do not fit the header are named."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import TEXT, put, read, write

from rtlglot.errors import InputError
from rtlglot.formats import decode, open_dataset

NAMES = st.lists(TEXT.filter(lambda name: name != "id"), min_size=1, max_size=4, unique=True)


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
@given(names=NAMES, data=st.data())
def test_texts_come_back(suffix: str, names: list[str], data: st.DataObject, tmp_path: Path) -> None:
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, TEXT)), max_size=4))
    given_rows = [(str(number), {"id": str(number), **row}) for number, row in enumerate(rows)]
    path = write(tmp_path / f"a.{suffix}", given_rows)
    assert read(path) == given_rows
    with path.open(encoding="utf-8", newline="") as file:  # and another reader sees the same
        others = list(csv.DictReader(file, delimiter={"csv": ",", "tsv": "\t"}[suffix]))
    assert others == [fields for _, fields in given_rows]


def test_values_that_are_no_texts_and_missing_fields(tmp_path: Path) -> None:
    number = decode(b"1.50")
    path = write(
        tmp_path / "a.csv",
        [("a", {"n": number, "t": None, "b": True}), ("b", {"l": ["x", 1], "d": {"k": None}, "t": ""})],
    )
    assert path.read_text() == 'id,n,t,b,l,d\na,1.50,,true,,\nb,,,,"[""x"",1]","{""k"":null}"\n'
    assert read(path)[1] == ("b", {"id": "b", "n": "", "t": "", "b": "", "l": '["x",1]', "d": '{"k":null}'})


def test_a_file_without_rows_has_a_header(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", [])) == []
    assert (tmp_path / "a.csv").read_text() == "id\n"


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b'\xef\xbb\xbfa,b\r\n1,"two\r\nlines"\r\n\r\n"3 ""x""",4\r\n')
    with open_dataset(path) as dataset:
        rows = [(row.id, row.where, dict(row.fields)) for row in dataset]
    assert rows == [
        ("2", "line 2", {"a": "1", "b": "two\r\nlines"}),
        ("5", "line 5", {"a": '3 "x"', "b": "4"}),
    ]


def test_a_cell_longer_than_the_csv_module_allows(tmp_path: Path) -> None:
    long = "assign y = a; " * 100_000
    assert read(write(tmp_path / "a.csv", [("x", {"verilog": long})])) == [
        ("x", {"id": "x", "verilog": long})
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "there is no header"),
        (b"\n\n", "there is no header"),
        (b"a,b,a\n1,2,3\n", "line 1, field 'a': the header has this column twice"),
        (b"a,b\n1,2\n1,2,3\n", "line 3: the row has 3 columns, the header has 2"),
        (b'a,b\n"1\n2",3\n4\n', "line 4: the row has 1 columns, the header has 2"),
        (b'a,b\n1,"2\n3,4\n', "line 2: broken row: unexpected end of data"),
        (b'a,b\n1,"2"x\n', "line 2: broken row: ',' expected after '\"'"),
        (b"a,b\n1,2\n\xe4,2\n", "line 3: byte 8 (0xe4) is not UTF-8"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_broken_rows_are_named(data: bytes, words: str, tmp_path: Path) -> None:
    path = put(tmp_path / "rows.csv", data)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
