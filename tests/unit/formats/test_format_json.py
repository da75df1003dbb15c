"""JSON documents: read entry by entry, as the decoder for whole documents reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import IDS, JSON_TEXT, TEXT, exactly, put, read, write

from rtlglot.errors import InputError
from rtlglot.formats import decode, open_dataset

CHUNK_BYTES = 1 << 18
"""What the reader takes at a time; entries are laid across this border on purpose."""

ROWS = st.lists(
    st.tuples(IDS, st.dictionaries(TEXT, JSON_TEXT, max_size=3)), max_size=4, unique_by=lambda r: r[0]
)
SPACE = st.sampled_from(["", " ", "\n", "\r\n\t"])


def _object(members: dict[str, str], space: str) -> str:
    inside = f",{space}".join(f"{json.dumps(key)}{space}:{space}{value}" for key, value in members.items())
    return f"{{{space}{inside}{space}}}"


@given(rows=ROWS, space=SPACE)
def test_an_object_by_id_comes_back(
    rows: list[tuple[str, dict[str, str]]], space: str, tmp_path: Path
) -> None:
    text = _object({id_: _object(fields, space) for id_, fields in rows}, space)
    source = put(tmp_path / "in.json", space + text + space)
    once = read(source)
    assert [(id_, exactly(fields)) for id_, fields in once] == _expected(text)
    with open_dataset(source) as dataset:
        written = write(tmp_path / "out.json", once, like=dataset)
    assert [(id_, exactly(fields)) for id_, fields in read(written)] == _expected(text)
    assert list(json.loads(written.read_bytes())) == [id_ for id_, _ in rows]


@given(rows=ROWS, space=SPACE)
def test_a_list_comes_back(rows: list[tuple[str, dict[str, str]]], space: str, tmp_path: Path) -> None:
    entries = [_object({**fields, "id": json.dumps(id_)}, space) for id_, fields in rows]
    source = put(tmp_path / "in.json", f"[{space}" + f"{space},".join(entries) + f"{space}]")
    once = read(source)
    expected = [decode(entry.encode()) for entry in entries]
    assert [exactly(fields) for _, fields in once] == exactly(expected)
    with open_dataset(source) as dataset:
        written = write(tmp_path / "out.json", once, like=dataset)
    assert [exactly(fields) for _, fields in read(written)] == exactly(expected)
    assert isinstance(json.loads(written.read_bytes()), list)


def _expected(text: str) -> list[tuple[str, Any]]:
    whole: dict[str, Any] = decode(text.encode())
    return [(id_, exactly(fields)) for id_, fields in whole.items()]


DOCUMENT = (
    '{"a": {"t": "ä\\"}{\\\\", "n": 1.50, "u": "\\ud83d\\ude00"},\n'
    ' "b": {"l": [true, null, -0, {"x": 1e5}]}, "c": {}}'
)


@pytest.mark.parametrize("document", [DOCUMENT, "[" + DOCUMENT + ', {"z": "€"}]'])
def test_entries_across_the_borders_of_chunks(document: str, tmp_path: Path) -> None:
    whole = decode(document.encode())
    expected = list(whole.values()) if isinstance(whole, dict) else whole
    for before in range(len(document.encode()) + 2):
        path = put(tmp_path / "a.json", b" " * (CHUNK_BYTES - before) + document.encode())
        with open_dataset(path) as dataset:
            assert exactly([dict(row.fields) for row in dataset]) == exactly(expected), before


def test_an_entry_longer_than_many_chunks(tmp_path: Path) -> None:
    long = 'assign "€" = \\ {[ ' * 200_000
    rows = {"a": {"verilog": long}, "b": {"verilog": [long, 1.50]}, "c": {"verilog": "short"}}
    path = put(tmp_path / "a.json", json.dumps(rows, ensure_ascii=False))
    assert read(path) == list(rows.items())


@given(
    place=st.integers(0, len(DOCUMENT)), new=st.sampled_from(["", *'{}[]:,"\\x0.-e\n\x00']), cut=st.booleans()
)
@example(place=0, new="", cut=True)
def test_a_damaged_document_is_read_as_json_reads_it_or_refused(
    place: int, new: str, cut: bool, tmp_path: Path
) -> None:
    text = DOCUMENT[:place] + new + ("" if cut else DOCUMENT[place + 1 :])
    path = put(tmp_path / "a.json", text)
    try:
        whole = json.loads(text)
        json.dumps(whole, ensure_ascii=False).encode()  # no half surrogate pair
        rows = whole if isinstance(whole, dict) else None
    except ValueError:
        rows = None
    if rows is None or not all(isinstance(row, dict) for row in rows.values()) or "" in rows:
        with pytest.raises(InputError, match=str(path)):
            read(path)
    elif text.count('{"t"') + text.count('{"l"') + text.count("{}") == len(rows):  # no key came twice
        assert dict(read(path)) == rows


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": {"x": 1},\n "b": {"x" 1}}', "line 2 column 12: broken JSON: Expecting ':' delimiter"),
        (b'{"a": {"x": 1},\n "b": {"x": tru}}', "line 2 column 13: broken JSON: Expecting value"),
        (b'{"a": {"x": 1}\n "b": {}}', "line 2 column 2: broken JSON: expected ',' or '}'"),
        (b'{"a": {"x": 1},}', "line 1 column 16: broken JSON: expected a key in double quotes"),
        (b'{"a" {"x": 1}}', "line 1 column 6: broken JSON: expected ':' after the key"),
        (b'[{"x": 1}, ]', "line 1 column 12: broken JSON: Expecting value"),
        (b'[{"x": 1} {"x": 2}]', "line 1 column 11: broken JSON: expected ',' or ']'"),
        (b'[{"x": 1}]\n{"x": 2}', "line 2 column 1: broken JSON: there is more text after the closing ]"),
        (b'[{"x": 1},\n{"x": "cut', "line 2 column 7: broken JSON: Unterminated string"),
        (b'[{"x": 1},\n', "line 2 column 1: broken JSON: Expecting value (the file ends here)"),
        (b'[{"x": 1}', "line 1 column 10: broken JSON: expected ',' or ']' (the file ends here)"),
        (b"", "line 1 column 1: broken JSON: no JSON (the file ends here)"),
        (b" \n ", "line 2 column 2: broken JSON: no JSON (the file ends here)"),
        (b'"text"', "expected an object of rows by id, or a list of rows"),
        (b'[{"x": 1}, 5]', "entry 2: expected an object, found 5"),
        (b'{"id": "x1", "instruction": "y"}', "entry 'id': expected an object, found \"x1\""),
        (b'{"a": {"x": NaN}}', "entry 'a': NaN is not a JSON number"),
        (b'{"a": {"x": "\\udc00"}}', "line 1 column 14: broken JSON: \\udc00 is half of a surrogate pair"),
        (b'{"a": {"x": "ok"},\n "b": {"x": "\xff"}}', "line 2 column 14: byte 32 (0xff) is not UTF-8"),
        ('{"a": {}}'.encode("utf-16"), "UTF-16"),
        (b'{"a": ' + b"[" * 200_000, "entry 'a': nested more than 128 levels deep"),
        (b'{"a": {"x": ' + b"[" * 500 + b"]" * 500 + b"}}", "entry 'a': nested more than 128 levels deep"),
    ],
)
def test_the_place_of_damage_is_named(data: bytes, words: str, tmp_path: Path) -> None:
    path = put(tmp_path / "rows.json", data)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_the_place_of_damage_far_into_the_file(tmp_path: Path) -> None:
    entries = [f' "row{i}": {{"text": "ä€\U0001f600 {i}"}}' for i in range(20_000)]
    good = "{\n" + ",\n".join(entries) + ",\n"
    assert len(good.encode()) > 2 * CHUNK_BYTES
    path = put(tmp_path / "a.json", good + ' "ä": {"x": ?}}')
    with pytest.raises(InputError, match="line 20002 column 13: broken JSON"):
        read(path)
    path = put(tmp_path / "b.json", good.encode() + b' "x": {"x": "\xe4"}}')
    with pytest.raises(InputError, match=f"line 20002 column 14: byte {len(good.encode()) + 13} "):
        read(path)


def test_a_repeated_key_is_two_rows_of_one_id(tmp_path: Path) -> None:
    rows = read(put(tmp_path / "a.json", b'{"x": {"n": 1}, "y": {}, "x": {"n": 2}}'))
    assert rows == [("x", {"n": 1}), ("y", {}), ("x", {"n": 2})]


def test_where_names_the_entry(tmp_path: Path) -> None:
    with open_dataset(put(tmp_path / "a.json", b'{"x1": {}, "it\'s": {}}')) as dataset:
        assert [row.where for row in dataset] == ["entry 'x1'", 'entry "it\'s"']
    with open_dataset(put(tmp_path / "b.json", b"[{}, {}]")) as dataset:
        assert [(row.where, row.id) for row in dataset] == [("entry 1", "1"), ("entry 2", "2")]


def test_documents_without_rows(tmp_path: Path) -> None:
    for text in ("{}", "[]", " [\n]\n"):
        path = put(tmp_path / "a.json", text)
        assert read(path) == []
        with open_dataset(path) as dataset:
            assert json.loads(write(tmp_path / "b.json", [], like=dataset).read_text()) == json.loads(text)


def test_one_field_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [("x", {"a": "1\n2", "b": [1.50]}), ("y", {})], keyed=True)
    assert path.read_text() == (
        '{\n  "x": {\n    "a": "1\\n2",\n    "b": [\n      1.5\n    ]\n  },\n  "y": {}\n}\n'
    )
