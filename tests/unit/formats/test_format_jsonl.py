"""JSON Lines: what is read, and what is said about lines that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import JSON_TEXT, TEXT, exactly, put, read, write

from rtlglot.errors import InputError
from rtlglot.formats import decode, open_dataset

ROW_TEXTS = st.lists(st.dictionaries(TEXT, JSON_TEXT, max_size=4), max_size=5)


@given(rows=ROW_TEXTS)
def test_rows_come_back_with_their_literals(rows: list[dict[str, str]], tmp_path: Path) -> None:
    texts = [_line({**row, "id": f'"{number}"'}) for number, row in enumerate(rows)]
    source = put(tmp_path / "in.jsonl", "\n".join(texts))
    once = read(source)
    assert [id_ for id_, _ in once] == [str(i) for i in range(len(rows))]
    again = read(write(tmp_path / "out.jsonl", once))
    assert exactly([fields for _, fields in again]) == exactly([decode(text.encode()) for text in texts])


def _line(members: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in members.items()) + "}"


def test_line_ends_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n\t{"a": 2}  \n\n{"a": 3}')
    with open_dataset(path) as dataset:
        rows = list(dataset)
    assert [(row.id, row.fields["a"], row.where, row.position) for row in rows] == [
        ("1", 1, "line 1", 0),
        ("4", 2, "line 4", 1),
        ("6", 3, "line 6", 2),
    ]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(put(tmp_path / "a.jsonl", b"")) == []
    assert read(put(tmp_path / "b.jsonl", b"\xef\xbb\xbf \n\n")) == []


GOOD = b'{"id": "a"}\n'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD + b'{"id": "b" "x": 1}\n', ["line 2 column 12", "Expecting ',' delimiter"]),
        (GOOD + b'{"id": "b", "t": "cut', ["line 2", "Unterminated string"]),
        (GOOD + b'\n["b"]\n', ["line 3", "expected an object, found a list"]),
        (GOOD + b'{"id": "b"} {"id": "c"}\n', ["line 2 column 13", "Extra data"]),
        (GOOD + b'{"id": NaN}\n', ["line 2", "NaN is not a JSON number"]),
        (
            GOOD + b'{"id": "b", "t": "\\ud83d"}\n',
            ["line 2 column 19", r"\ud83d is half of a surrogate pair"],
        ),
        (GOOD + b'{"id": "b", "t": "\xff"}\n', ["line 2", "byte 30 (0xff) is not UTF-8"]),
        (b"\xef\xbb\xbf" + GOOD + b'{"id": "\xe4"}\n', ["line 2", "byte 23 (0xe4) is not UTF-8"]),
        (GOOD + b'{"id": "b", "t": "a\tb"}\n', ["line 2 column 20", "Invalid control character"]),
        ('{"id": "a"}\n'.encode("utf-16"), ["UTF-16"]),
        ('{"id": "a"}\n'.encode("utf-16-be"), ["UTF-16"]),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", ["compressed with gzip"]),
    ],
)
def test_a_broken_line_is_named(data: bytes, words: list[str], tmp_path: Path) -> None:
    path = put(tmp_path / "rows.jsonl", data)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    for word in words:
        assert word in str(caught.value)


def test_rows_before_the_broken_line_are_given(tmp_path: Path) -> None:
    rows = iter(open_dataset(put(tmp_path / "a.jsonl", GOOD + b"oops\n")))
    assert next(rows).id == "a"
    with pytest.raises(InputError, match="line 2"):
        next(rows)
