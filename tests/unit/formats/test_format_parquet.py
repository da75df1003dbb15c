"""Parquet: types are found, kept, or given up for text; never a value changed without a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import TEXT, put, read, write

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import decode, encode, format_of, open_dataset

BATCH_ROWS = 256
"""Rows whose types are found together; mixtures are laid within a batch and across two."""

INT64 = st.integers(-(2**63), 2**63 - 1)
SCALARS = (TEXT, INT64, st.booleans(), st.floats(allow_nan=False, width=64))


def _columns(depth: int) -> st.SearchStrategy[Any]:
    # A strategy for the values of one column: nulls, and values of one type.
    kinds = (
        [*SCALARS]
        if depth == 0
        else [*SCALARS, *(st.lists(scalar | st.none(), max_size=3) for scalar in SCALARS)]
    )
    return st.sampled_from(kinds).map(lambda kind: st.none() | kind)


@given(data=st.data(), names=st.lists(TEXT.filter(lambda n: n != "id"), max_size=3, unique=True))
def test_columns_of_one_type_come_back(data: st.DataObject, names: list[str], tmp_path: Path) -> None:
    kinds = {name: data.draw(_columns(1)) for name in names}
    rows = data.draw(st.lists(st.fixed_dictionaries(kinds), min_size=1, max_size=5))
    given_rows = [(str(number), {"id": str(number), **row}) for number, row in enumerate(rows)]
    assert read(write(tmp_path / "a.parquet", given_rows)) == given_rows


@pytest.mark.parametrize("apart", [1, BATCH_ROWS + 1])
@pytest.mark.parametrize(
    ("values", "read_back"),
    [
        ([1, "x"], ["1", "x"]),
        ([True, 2], ["true", "2"]),
        ([1, 2.5], [1.0, 2.5]),
        ([2**60 + 1, 2.5], ["1152921504606846977", "2.5"]),
        ([2**70, 1], ["1180591620717411303424", "1"]),
        ([["a"], "a"], ['["a"]', "a"]),
        ([[1], ["a"]], ["[1]", '["a"]']),
        ([{"a": 1}, {"b": [None]}], [{"a": 1, "b": None}, {"a": None, "b": [None]}]),
        ([{"a": 1}, {"a": "x"}], ['{"a":1}', '{"a":"x"}']),
        ([{}, None], ["{}", None]),
        ([[{}], []], ["[{}]", "[]"]),
        ([None, None], [None, None]),
        ([None, ["a"]], [None, ["a"]]),
        ([[], ["a"]], [[], ["a"]]),
        ([b"1.50", b"2"], [1.5, 2.0]),
    ],
)
def test_columns_of_several_types(
    values: list[Any], read_back: list[Any], apart: int, tmp_path: Path
) -> None:
    first, second = [decode(value) if isinstance(value, bytes) else value for value in values]
    rows = [(str(i), {"v": first if i < apart else second}) for i in range(apart + 1)]
    fields = [fields["v"] for _, fields in read(write(tmp_path / "a.parquet", rows))]
    assert fields[0] == read_back[0]
    assert fields[-1] == read_back[1]
    assert [type(fields[0]), type(fields[-1])] == [type(read_back[0]), type(read_back[1])]


OLD = pa.table(
    {
        "small": pa.array([1, None], pa.int32()),
        "half": pa.array([0.5, 1.25], pa.float32()),
        "large": pa.array(["a", None], pa.large_string()),
        "kind": pa.array(["x", "y"]).dictionary_encode(),
        "when": pa.array([1_700_000_000_123_456_789, None], pa.int64()).cast(pa.timestamp("ns")),
        "zoned": pa.array([1_700_000_000_123_456, 0], pa.int64()).cast(pa.timestamp("us", "Europe/Berlin")),
        "day": pa.array([19_000, None], pa.int32()).cast(pa.date32()),
        "took": pa.array([5, 7], pa.int64()).cast(pa.duration("ns")),
        "price": pa.array(["1.50", "-12345678901234567890.25"]).cast(pa.decimal128(38, 2)),
        "raw": pa.array([b"\x00\xff", None]),
        "list": pa.array([[["a"], []], None]),
        "object": pa.array([{"x": 1, "y": [None]}, {"x": None, "y": []}]),
        "map": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
        "empty": pa.array([None, None], pa.string()),
        "big": pa.array([2**64 - 1, 1], pa.uint64()),
    }
)


def test_values_that_json_lacks_are_read_as_json_values(tmp_path: Path) -> None:
    pq.write_table(OLD, tmp_path / "a.parquet")
    row = read(tmp_path / "a.parquet")[0][1]
    assert row["when"] == "2023-11-14 22:13:20.123456789"
    assert row["zoned"] == "2023-11-14 23:13:20.123456+0100"
    assert row["day"] == "2022-01-08"
    assert row["took"] == 5
    assert encode(row["price"]) == b"1.50"
    assert row["raw"] == "AP8="
    assert row["map"] == [["k", 1]]
    assert row["object"] == {"x": 1, "y": [None]}
    encode(row)


def test_parquet_to_parquet_keeps_types_and_values(tmp_path: Path) -> None:
    pq.write_table(OLD, tmp_path / "a.parquet")
    with open_dataset(tmp_path / "a.parquet") as dataset:
        write(tmp_path / "b.parquet", [(row.id, row.fields) for row in dataset], like=dataset)
    new = pq.read_table(tmp_path / "b.parquet")
    assert new.select(OLD.column_names).equals(OLD)
    assert new.schema.types[1:] == OLD.schema.types
    assert new.column_names == ["id", *OLD.column_names]


@pytest.mark.parametrize("value", [1.7, 2**40, "x", True, [1]])
def test_a_value_that_no_longer_fits_the_old_type_is_kept(value: Any, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a", "b"], "n": pa.array([1, 2], pa.int32())}), tmp_path / "a.parquet")
    with open_dataset(tmp_path / "a.parquet") as dataset:
        rows = [(row.id, {**row.fields, "n": value if row.id == "b" else 1}) for row in dataset]
        written = read(write(tmp_path / "b.parquet", rows, like=dataset))
    assert written[1][1]["n"] in (value, encode(value).decode())


def test_types_follow_renamed_fields(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": pa.array([1], pa.int16())}), tmp_path / "a.parquet")
    from rtlglot.formats import Selection

    with open_dataset(tmp_path / "a.parquet", Selection(map={"number": "n"})) as dataset:
        write(tmp_path / "b.parquet", [(row.id, row.fields) for row in dataset], like=dataset)
    assert pq.read_schema(tmp_path / "b.parquet").field("number").type == pa.int16()


def test_rows_of_several_row_groups_keep_their_order(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": list(range(5000))}), tmp_path / "a.parquet", row_group_size=700)
    with open_dataset(tmp_path / "a.parquet") as dataset:
        assert [(row.id, row.fields["n"]) for row in dataset] == [(str(n + 1), n) for n in range(5000)]


def test_a_file_without_rows(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.parquet", [])) == []


@pytest.mark.parametrize("data", [b"", b"PAR1", b"id,a\n1,2\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_named(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.parquet: is no Parquet file, or is damaged"):
        read(put(tmp_path / "a.parquet", data))


def test_damage_within_a_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [(str(i), {"t": f"text {i}" * 20}) for i in range(2000)])
    data = bytearray(path.read_bytes())
    data[200:5000] = b"\xaa" * 4800
    with pytest.raises(InputError, match=r"a\.parquet, row 1 or later: damaged Parquet"):
        read(put(path, bytes(data)))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="field 'a': there are two columns of this name"):
        read(tmp_path / "a.parquet")


def test_it_is_not_compressed_as_a_whole(tmp_path: Path) -> None:
    assert format_of("a.parquet.gz") == "parquet"
    with pytest.raises(UsageError, match="not compressed with gzip as a whole") as caught:
        write(tmp_path / "a.parquet.gz", [])
    assert "name the file a.parquet" in caught.value.hint
    with pytest.raises(UsageError, match="not compressed with gzip as a whole"):
        open_dataset(put(tmp_path / "b.parquet.gz", b""))


WITHOUT_PYARROW = """
import sys
sys.modules["pyarrow"] = None
from rtlglot.errors import UsageError
from rtlglot.formats import open_dataset, open_writer
for attempt in (lambda: open_dataset(sys.argv[1]), lambda: open_writer(sys.argv[1] + ".new.parquet")):
    try:
        attempt()
    except UsageError as error:
        print(error, "|", error.hint)
"""


def test_without_pyarrow_the_extra_is_named(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", b"PAR1")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW, path], capture_output=True, text=True, check=True
    )
    line = "the format 'parquet' needs a package that is not installed | pip install 'rtlglot[parquet]'"
    assert done.stdout.splitlines() == [line, line]


def test_importing_formats_loads_nothing_heavy() -> None:
    heavy = "{'pyarrow', 'jinja2', 'numpy', 'zstandard'}"
    code = f"import sys, rtlglot.formats as f; f.format_of('a.csv.zst'); print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
