"""Folders of Verilog: which files are rows, in which order, and what is not followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.formats.format_rows import put, read, write

from rtlglot.errors import InputError, UsageError
from rtlglot.formats import open_dataset
from rtlglot.formats.sniff import sniff
from rtlglot.formats.source import DataFile


def _tree(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        put(folder / name, text)
    return folder


def test_which_files_are_rows(tmp_path: Path) -> None:
    names = [
        "b.v",
        "a/z.sv",
        "a.v",
        "a-x.v",
        "a/b/c.V",
        "notes.txt",
        "defs.vh",
        "x.svh",
        ".hidden.v",
        ".git/x.v",
        "v",
    ]
    folder = _tree(tmp_path / "rtl", {name: f"// {name}\r\nmodule µ;" for name in names})
    rows = read(folder)
    ids = [id_ for id_, _ in rows]
    assert ids == sorted(["b.v", "a/z.sv", "a.v", "a-x.v", "a/b/c.V"])
    assert rows[0] == ("a-x.v", {"verilog": "// a-x.v\r\nmodule µ;", "path": "a-x.v"})
    with open_dataset(str(folder) + "/") as dataset:
        assert [row.where for row in dataset] == ids


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=5
)


@given(
    paths=st.sets(
        st.lists(NAMES.filter(lambda n: n[0] != "."), min_size=1, max_size=3).map(tuple), max_size=6
    )
)
def test_rows_are_sorted_by_their_path(paths: set[tuple[str, ...]], tmp_path: Path) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        expected = ["/".join((*parents, name)) + ".v" for *parents, name in paths]
        _tree(Path(folder), dict.fromkeys(["last.v", *expected], "module m; endmodule"))
        assert [id_ for id_, _ in read(folder)] == sorted({"last.v", *expected}, key=str.encode)


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = _tree(tmp_path / "outside", {"secret.v": "secret"})
    folder = _tree(tmp_path / "rtl", {"a.v": "a", "sub/b.v": "b"})
    (folder / "out.v").symlink_to(outside / "secret.v")
    (folder / "outdir").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.v").symlink_to(folder / "nothing.v")
    (folder / "same.v").symlink_to(folder / "a.v")
    assert [id_ for id_, _ in read(folder)] == ["a.v", "same.v", "sub/b.v"]


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    folder = _tree(tmp_path / "rtl", {"a.v": "a", "folder.v/b.v": "b"})
    os.mkfifo(folder / "pipe.v")
    assert [id_ for id_, _ in read(folder)] == ["a.v", "folder.v/b.v"]


def test_bytes_that_are_not_utf8_name_the_file(tmp_path: Path) -> None:
    folder = _tree(
        tmp_path / "rtl", {"a.v": "\ufeffmodule a;", "sub/b.v": "// ok\n// \u00b5".encode("latin-1")}
    )
    rows = iter(open_dataset(folder))
    assert next(rows).fields["verilog"] == "module a;"
    with pytest.raises(InputError, match=r"sub/b\.v line 2: byte 9 \(0xb5\) is not UTF-8"):
        next(rows)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = _tree(tmp_path / "rtl", {})
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.v")).write_text("module m; endmodule")
    with pytest.raises(InputError, match="name is not UTF-8"):
        read(folder)


def test_a_folder_without_verilog_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no \.v or \.sv file in the folder"):
        read(tmp_path)


def test_a_file_is_a_row_and_several_are_as_many(tmp_path: Path) -> None:
    one, two = (
        put(tmp_path / "a.v", "module a; endmodule"),
        put(tmp_path / "b.sv", "\ufeffmodule b; endmodule"),
    )
    folder = _tree(tmp_path / "rtl", {"c.v": "module c; endmodule"})
    assert read(one) == [(str(one), {"verilog": "module a; endmodule", "path": str(one)})]
    with open_dataset([str(one), str(two), str(folder)]) as dataset:
        rows = list(dataset)
        assert dataset.name == f"{one} and 2 more"
    assert [row.id for row in rows] == [str(one), str(two), f"{folder}/c.v"]
    assert [row.position for row in rows] == [0, 1, 2]
    assert rows[1].fields["verilog"] == "module b; endmodule"
    other = put(tmp_path / "rows.jsonl", "{}\n")
    with pytest.raises(UsageError, match="is no Verilog"):
        open_dataset([str(one), str(other)])


@pytest.mark.parametrize(
    ("head", "format"),
    [
        ("module m(input a);", "verilog"),
        ("// from somewhere\nmodule m;", "verilog"),
        ("`timescale 1ns/1ps\n", "verilog"),
        ("(* keep *) module m;", "verilog"),
        ("package p;\n", "verilog"),
        ("module automatic \\odd* (input a);", "verilog"),
        ("module m import p::*; (input a);", "verilog"),
        ("module,verilog\nm,x\n", "csv"),
        ("module name,verilog\nm,x\n", "csv"),
        ("package\tversion\n", "tsv"),
        ('{"verilog": "module m;"}\n', "jsonl"),
    ],
)
def test_a_pipe_that_holds_verilog_is_told_from_a_table(head: str, format: str, tmp_path: Path) -> None:
    assert sniff(DataFile(str(put(tmp_path / "x", head)))) == format


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory"), open_dataset(tmp_path, format="jsonl") as d:
        list(d)


def test_it_is_only_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only be read"):
        write(tmp_path / "out", [], format="verilog")
    assert list(tmp_path.iterdir()) == []
