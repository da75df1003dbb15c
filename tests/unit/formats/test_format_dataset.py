"""Datasets: ids, names, filter and limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import IDS, put, read

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import Selection, open_dataset


def _lines(path: Path, *rows: dict[str, Any] | str) -> Path:
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return put(path / "rows.jsonl", "\n".join(texts))


def _ids(path: Path, **selection: Any) -> list[str]:
    return [id_ for id_, _ in read(path, **selection)]


@pytest.mark.parametrize(
    ("first", "second", "ids"),
    [
        ({"rtl_id": "r", "task_id": "t", "id": "i", "name": "n"}, {"id": "j"}, ["i", "j"]),
        ({"rtl_id": "r", "task_id": "t"}, {"task_id": "u", "rtl_id": "s"}, ["t", "u"]),
        ({"rtl_id": "r"}, {"rtl_id": "s"}, ["r", "s"]),
        ({"name": "n"}, {"name": "m"}, ["1", "2"]),
        ({"id": 7}, {"id": -3}, ["7", "-3"]),
        ({"id": 7}, {"id": "7"}, ["7", "7"]),
        ('{"id": 123456789012345678901234567890}', '{"id": -0}', ["123456789012345678901234567890", "-0"]),
    ],
)
def test_the_id_of_a_row(first: Any, second: Any, ids: list[str], tmp_path: Path) -> None:
    assert _ids(_lines(tmp_path, first, second)) == ids


def test_the_id_that_is_asked_for(tmp_path: Path) -> None:
    path = _lines(tmp_path, {"id": "a", "name": "n"}, {"id": "b", "name": 5})
    assert _ids(path, id_field="name") == ["n", "5"]
    document = put(
        tmp_path / "a.json", json.dumps({"x": {"id": "a", "name": "n"}, "y": {"id": "b", "name": "m"}})
    )
    assert _ids(document) == ["x", "y"]
    assert _ids(document, id_field="name") == ["n", "m"]
    assert _ids(path, id_field="title", map={"title": "name"}) == ["n", "5"]


@given(ids=st.lists(IDS, min_size=1, max_size=5, unique=True))
def test_ids_of_all_kinds(ids: list[str], tmp_path: Path) -> None:
    assert _ids(_lines(tmp_path, *({"id": id_} for id_ in ids))) == ids
    assert _ids(put(tmp_path / "a.json", json.dumps({id_: {} for id_ in ids}))) == ids


@pytest.mark.parametrize(
    ("rows", "selection", "words"),
    [
        ([{"id": "a"}, {"name": "b"}], {}, "line 2, field 'id': the row has no id here"),
        ([{"id": "a"}, {"id": None}], {}, "line 2, field 'id': the row has no id here"),
        ([{"id": "a"}, {"id": ""}], {}, "line 2, field 'id': the row has no id here"),
        ([{"id": "a"}, {"id": 1.5}], {}, "line 2, field 'id': an id is a text or an int, not 1.5"),
        ([{"id": "a"}, {"id": True}], {}, "line 2, field 'id': an id is a text or an int, not true"),
        ([{"id": ["a"]}], {}, "line 1, field 'id': an id is a text or an int, not [\"a\"]"),
        (
            [{"x": 1}, {"x": 2}, {"task_id": "b"}],
            {},
            "line 3, field 'task_id': this row has an id and the first",
        ),
        ([{"id": "a"}], {"id_field": "name"}, "line 1, field 'name': the row has no id here"),
        ([{"id": "a", "x": 1}], {"map": {"id": "x"}}, "line 1, field 'id': map would write over it with 'x'"),
        (
            [{"id": "a"}],
            {"map": {"instruction": "Instruction"}},
            "field 'Instruction': map names a field that no row",
        ),
    ],
)
def test_rows_without_a_proper_id_or_field_are_named(
    rows: list[dict[str, Any]], selection: dict[str, Any], words: str, tmp_path: Path
) -> None:
    path = _lines(tmp_path, *rows)
    with pytest.raises(InputError) as caught:
        read(path, **selection)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_a_hint_names_the_field_that_was_meant(tmp_path: Path) -> None:
    path = _lines(tmp_path, {"Instruction": "x"})
    with pytest.raises(InputError) as caught:
        read(path, map={"instruction": "instruction"})
    assert "did you mean 'Instruction'" in caught.value.hint


def test_an_empty_key_is_no_id(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the key is empty"):
        read(put(tmp_path / "a.json", b'{"": {}}'))


def test_fields_are_renamed_in_their_place(tmp_path: Path) -> None:
    path = _lines(tmp_path, {"Instruction": "i", "Response": ["v"], "n": 1}, {"n": 2, "verilog": "w"})
    rows = read(path, map={"instruction": "Instruction", "verilog": "Response"})
    assert [list(fields.items()) for _, fields in rows] == [
        [("instruction", "i"), ("verilog", ["v"]), ("n", 1)],
        [("n", 2), ("verilog", "w")],
    ]
    assert read(_lines(tmp_path, {"a": 1, "b": 2}), map={"a": "b", "b": "a"}) == [("1", {"b": 1, "a": 2})]
    with pytest.raises(UsageError, match="two fields from one"):
        Selection(map={"a": "x", "b": "x"})


ROWS = [
    {"id": "a", "n": 1, "license": "MIT", "two words": "x", "verilog": "module a; endmodule"},
    {"id": "b", "n": 2.5, "license": "GPL", "two words": "y", "verilog": ""},
    {
        "id": "c",
        "n": 3,
        "license": "MIT",
        "two words": "x",
        "verilog": "module c;\nendmodule",
        "extra": {"k": [1]},
    },
]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("license == 'MIT'", ["a", "c"]),
        ("n > 1 and n < 3", ["b"]),
        ("verilog", ["a", "c"]),
        ("verilog|length > 10 and 'endmodule' in verilog", ["a", "c"]),
        ("row['two words'] == 'y'", ["b"]),
        ("row.license in ['GPL', 'BSD']", ["b"]),
        ("extra is defined and extra.k[0] == 1", ["c"]),
        ("row.id", ["a", "b", "c"]),
        ("false", []),
    ],
)
def test_where_keeps_the_rows_that_are_wanted(where: str, ids: list[str], tmp_path: Path) -> None:
    assert _ids(_lines(tmp_path, *ROWS), where=where) == ids


@pytest.mark.parametrize("where", ["license ==", "{{ n }}", "n > 1 }} x", "n|no_such_filter", "1 +"])
def test_what_is_no_expression_is_refused_before_anything_is_read(where: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="where is not an expression"):
        open_dataset(_lines(tmp_path, "broken"), Selection(where=where))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("licence == 'MIT'", "line 1: where fails: UndefinedError: 'licence' is undefined"),
        ("licence", "line 1: where fails: UndefinedError: 'licence' is undefined"),
        ("extra.k", "line 1: where fails: UndefinedError: 'extra' is undefined"),
        ("n / (n - 2.5) > 0", "line 2: where fails: ZeroDivisionError"),
        ("n > license", "line 1: where fails: TypeError"),
        ("row.update({'n': 5})", "line 1: where fails: SecurityError"),
        ("license.__class__.__mro__", "line 1: where fails: SecurityError"),
    ],
)
def test_a_row_on_which_where_fails_is_named(where: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(_lines(tmp_path, *ROWS), where=where)
    assert words in str(caught.value)


def test_limit_counts_the_rows_that_pass(tmp_path: Path) -> None:
    path = _lines(tmp_path, *ROWS)
    assert _ids(path, limit=1, where="n > 1") == ["b"]
    assert _ids(path, limit=2) == ["a", "b"]
    assert _ids(path, limit=9) == ["a", "b", "c"]
    assert _ids(path, limit=0) == []
    with pytest.raises(UsageError, match="limit is -1"):
        Selection(limit=-1)


def test_limit_reads_no_further(tmp_path: Path) -> None:
    assert _ids(_lines(tmp_path, *ROWS, "broken"), limit=3) == ["a", "b", "c"]


def test_positions_are_those_of_the_file(tmp_path: Path) -> None:
    with open_dataset(_lines(tmp_path, *ROWS), Selection(where="n > 1")) as dataset:
        assert [(row.id, row.position, row.where) for row in dataset] == [
            ("b", 1, "line 2"),
            ("c", 2, "line 3"),
        ]


def test_columns_are_known_after_a_pass(tmp_path: Path) -> None:
    with open_dataset(_lines(tmp_path, *ROWS), Selection(map={"code": "verilog"})) as dataset:
        assert list(dataset.columns) == []
        list(dataset)
        assert dataset.columns == ("id", "n", "license", "two words", "code", "extra")
