"""The contract of formats: one suite over the whole table."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rtlglot.errors import InputError, RtlglotError, UsageError
from rtlglot.formats import (
    FORMATS,
    Format,
    Record,
    RowWriter,
    Selection,
    Shape,
    format_of,
    open_dataset,
    open_writer,
)
from rtlglot.formats.source import DataFile
from rtlglot.formats.table import FOLDER_FORMAT
from rtlglot.records import Row


def _is_writable(name: str) -> bool:
    try:
        with tempfile.TemporaryDirectory() as folder:
            FORMATS.load(name)().write(io.BytesIO(), Shape(), Path(folder)).close()
    except UsageError:
        return False
    return True


WRITABLE = [name for name in FORMATS if _is_writable(name)]
STREAMED = [name for name in WRITABLE if not FORMATS.load(name).seeks]
anyhow = settings(deadline=None, suppress_health_check=list(HealthCheck))

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NAME = st.text("abcXYZ019_", min_size=1, max_size=8)
ROWS = st.lists(st.tuples(NAME, TEXT), max_size=6, unique_by=lambda row: row[0])


def _suffix(name: str) -> str:
    suffix: str = FORMATS.load(name).suffixes[0]
    return suffix


def _made(name: str, rows: Sequence[tuple[str, str]], folder: Path) -> Path:
    """A dataset of (id, Verilog) rows in that format."""
    if name in WRITABLE:
        path = folder / f"rows{_suffix(name)}"
        with open_writer(path) as writer:
            for id_, text in rows:
                writer.write(id_, {"verilog": text})
        return path
    assert name == FOLDER_FORMAT, f"say here how a {name} file is made, since rtlglot writes none"
    folder = folder / "rtl"
    for id_, text in rows:
        (folder / id_).parent.mkdir(parents=True, exist_ok=True)
        (folder / id_).write_text(text, encoding="utf-8", newline="")
    return folder


def _read_or_error(path: Path) -> tuple[list[Row], InputError | None]:
    try:
        with open_dataset(path) as dataset:
            return list(dataset), None
    except InputError as error:
        return [], error


SOME = [("a.v", "module a;\nendmodule\n"), ("b/c.sv", '// "µ",\t€\r\nmodule c;'), ("d.v", "  ")]


@pytest.mark.parametrize("name", list(FORMATS))
def test_it_is_a_format(name: str) -> None:
    made = FORMATS.load(name)()
    assert isinstance(made, Format)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in made.suffixes)
    for suffix in made.suffixes:
        for path in ("rows", "ROWS.x", "folder/rows"):
            assert format_of(path + suffix) == name
            assert format_of((path + suffix).upper()) == name
            assert format_of(path + suffix + ".gz") == name


def test_no_two_formats_share_a_suffix() -> None:
    suffixes = [suffix for name in FORMATS for suffix in FORMATS.load(name).suffixes]
    assert len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize("name", list(FORMATS))
def test_rows_come_in_order_as_often_as_wanted(name: str, tmp_path: Path) -> None:
    with open_dataset(_made(name, SOME, tmp_path)) as dataset:
        first, second = list(dataset), list(dataset)
    assert first == second
    assert [(row.id, row.fields["verilog"]) for row in first] == SOME
    assert [row.position for row in first] == [0, 1, 2]
    assert len({row.where for row in first}) == 3


@pytest.mark.parametrize("name", list(FORMATS))
def test_rows_from_a_position_are_the_same_rows(name: str, tmp_path: Path) -> None:
    with open_dataset(_made(name, SOME, tmp_path)) as dataset:
        rows = list(dataset)
        for position in range(4):
            later = [row for row in dataset.rows_from(position) if row.position >= position]
            assert later == rows[position:]


@pytest.mark.parametrize("name", WRITABLE)
@given(rows=ROWS)
@anyhow
def test_texts_come_back_as_they_are(name: str, rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = _made(name, rows, Path(folder))
        with open_dataset(path) as dataset:
            assert [(row.id, dict(row.fields)) for row in dataset] == [
                (id_, {"id": id_, "verilog": text}) for id_, text in rows
            ]


@pytest.mark.parametrize("name", list(FORMATS))
def test_selection_works_on_it(name: str, tmp_path: Path) -> None:
    selection = Selection(map={"code": "verilog"}, where="'module' in code", limit=1)
    with open_dataset(_made(name, list(reversed(SOME)), tmp_path), selection) as dataset:
        rows = list(dataset)
    assert len(rows) == 1
    assert "module" in rows[0].fields["code"]
    assert "verilog" not in rows[0].fields


@pytest.mark.parametrize("name", WRITABLE)
def test_no_rows_are_no_rows(name: str, tmp_path: Path) -> None:
    with open_dataset(_made(name, [], tmp_path)) as dataset:
        assert list(dataset) == []


@pytest.mark.parametrize("source", list(FORMATS))
@pytest.mark.parametrize("target", WRITABLE)
def test_every_format_becomes_every_other(source: str, target: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{_suffix(target)}"
    with open_dataset(_made(source, SOME, tmp_path)) as dataset, open_writer(path, like=dataset) as writer:
        for row in dataset:
            writer.write(row.id, row.fields)
    with open_dataset(path) as dataset:
        assert [(row.id, row.fields["verilog"]) for row in dataset] == SOME


@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("compression", ["gz", "zst", "xz"])
def test_it_is_compressed_by_suffix(name: str, compression: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows{_suffix(name)}.{compression}"
    with open_writer(path) as writer:
        for id_, text in SOME:
            writer.write(id_, {"verilog": text})
    assert not path.read_bytes().startswith((b"{", b"[", b"id"))
    with open_dataset(path) as dataset:
        assert [(row.id, row.fields["verilog"]) for row in dataset] == SOME


@pytest.mark.parametrize("name", WRITABLE)
@given(
    data=st.one_of(st.binary(max_size=200), TEXT.map(str.encode)),
    whole=st.booleans(),
    place=st.integers(0, 400),
)
@example(data=b"\xff\xfe{\x00}\x00", whole=True, place=0)
@example(data=b"\x00" * 40, whole=True, place=0)
@anyhow
def test_any_bytes_are_rows_or_an_error_that_names_the_file(
    name: str, data: bytes, whole: bool, place: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = _made(name, SOME, Path(folder))
        good = path.read_bytes()
        path.write_bytes(data if whole else good[:place] + data + good[place + len(data) :])
        _, error = _read_or_error(path)
        assert error is None or str(error).startswith(str(path))


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_cut_off_is_an_error_or_the_rows_before(name: str, tmp_path: Path) -> None:
    # JSON Lines, CSV and TSV cannot tell where a file ends between two rows; within a row they can.
    path = _made(name, SOME, tmp_path)
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        rows, error = _read_or_error(path)
        if error is not None:
            assert str(error).startswith(str(path))
            continue
        assert name not in ("json", "parquet") or (name == "json" and good[length:].isspace())
        if name == "jsonl":
            assert [(row.id, row.fields["verilog"]) for row in rows] == SOME[: len(rows)]


@pytest.mark.parametrize("name", list(FORMATS))
def test_what_is_missing_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        open_dataset(tmp_path / "nothing", format=name)


@pytest.mark.parametrize("name", STREAMED)
def test_a_truncated_gz_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows{_suffix(name)}.gz"
    path.write_bytes(gzip.compress(_made(name, SOME, tmp_path).read_bytes())[:-9])
    with pytest.raises(InputError, match="ends early"), open_dataset(path) as dataset:
        list(dataset)


@pytest.mark.parametrize("name", list(FORMATS))
def test_its_shape_says_what_a_writer_takes_over(name: str, tmp_path: Path) -> None:
    shape = FORMATS.load(name)().shape(DataFile(str(_made(name, SOME, tmp_path))), {"verilog": "code"})
    assert isinstance(shape, Shape)
    assert set(shape.schema) <= {"id", "code"}


def test_an_unknown_format_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="unknown format 'jsn'") as caught:
        open_writer("out.jsn", format="jsn")
    assert "did you mean 'json'" in caught.value.hint


class PlainLines:
    """One text per line."""

    suffixes = (".txt",)
    seeks = False

    def shape(self, source: DataFile, new_names: Mapping[str, str]) -> Shape:
        return Shape()

    def read(self, source: DataFile) -> Iterator[Record]:
        stream, _ = source.open_text()
        with stream:
            for number, line in enumerate(stream, 1):
                yield Record(number, f"line {number}", None, {"t": line.decode().strip()})

    def write(self, out: BinaryIO, shape: Shape, scratch: Path) -> RowWriter:
        raise UsageError("not written")


def test_a_format_of_ones_own(tmp_path: Path) -> None:
    # What a contribution looks like from outside: a class, named where a format's name is accepted.
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    with open_dataset(tmp_path / "lines.txt", format=f"{__name__}:PlainLines") as dataset:
        assert [(row.id, row.fields) for row in dataset] == [("1", {"t": "one"}), ("2", {"t": "two"})]
    with pytest.raises(RtlglotError, match="is no format"):
        open_dataset(tmp_path / "lines.txt", format="pathlib:Path")
