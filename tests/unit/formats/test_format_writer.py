"""Writers: a file is there whole or not at all, whatever happens on the way."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.formats.format_rows import put, read, write

from rtlglot.errors import InputError, OutputError, UsageError
from rtlglot.formats import check_writable, open_dataset, open_writer

ROWS = [("a", {"id": "a", "t": "x"}), ("b", {"id": "b", "t": "y"})]
KINDS = ["json", "jsonl", "csv", "tsv", "parquet"]
NAMES = [*(f"out.{kind}" for kind in KINDS), "out.jsonl.gz", "out.json.zst", "out.csv.xz"]


# --- what is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_without_an_id_gets_it_in_front(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"out.{kind}", [("7", {"t": "x"}), ("8", {"id": "own", "t": "y"})])
    assert [list(fields.items()) for _, fields in read(path)] == [
        [("id", "7"), ("t", "x")],
        [("id", "own"), ("t", "y")],
    ]


def test_an_object_by_id_repeats_the_id_only_where_the_input_does(tmp_path: Path) -> None:
    without = put(tmp_path / "a.json", b'{"x": {"t": 1}, "y": {"t": 2}}')
    with open_dataset(without) as dataset:
        rows = ((row.id, {"id": row.id, **row.fields, "new": "n"}) for row in dataset)
        path = write(tmp_path / "b.json", rows, like=dataset)
    assert json.loads(path.read_text()) == {"x": {"t": 1, "new": "n"}, "y": {"t": 2, "new": "n"}}
    with_id = put(tmp_path / "c.json", b'{"x": {"id": "x", "t": 1}, "y": {"id": 5}}')
    with open_dataset(with_id) as dataset:
        path = write(tmp_path / "d.json", ((row.id, row.fields) for row in dataset), like=dataset)
    assert json.loads(path.read_text()) == {"x": {"id": "x", "t": 1}, "y": {"id": 5}}


@pytest.mark.parametrize(("document", "kind"), [('{"x": {}}', dict), ('[{"id": "x"}]', list)])
def test_a_document_has_the_shape_of_the_input(document: str, kind: type, tmp_path: Path) -> None:
    with open_dataset(put(tmp_path / "a.json", document)) as dataset:
        path = write(tmp_path / "b.json", [("x", {"t": 1})], like=dataset)
    assert isinstance(json.loads(path.read_text()), kind)


def test_an_object_by_id_becomes_other_formats_with_its_ids(tmp_path: Path) -> None:
    with open_dataset(put(tmp_path / "a.json", b'{"x": {"t": "1"}, "y": {"t": "2"}}')) as dataset:
        for kind in KINDS[1:]:
            path = write(tmp_path / f"b.{kind}", ((row.id, row.fields) for row in dataset), like=dataset)
            assert read(path) == [("x", {"id": "x", "t": "1"}), ("y", {"id": "y", "t": "2"})]


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_json_cannot_hold_names_the_file_and_leaves_the_old_one(
    kind: str, tmp_path: Path
) -> None:
    path = put(tmp_path / f"out.{kind}", "old")
    with pytest.raises(OutputError, match=re.escape(str(path))):
        write(path, [("a", {"t": "x"}), ("b", {"t": object()})])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# --- whole or not at all -----------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_at_the_path_before_the_end(name: str, tmp_path: Path) -> None:
    path = put(tmp_path / name, "old")
    with open_writer(path) as writer:
        for id_, fields in ROWS:
            writer.write(id_, fields)
        assert path.read_text() == "old"
    assert read(path) == ROWS
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), ValueError("mine"), InputError("bad row"), TimeoutError("late")]
)
@pytest.mark.parametrize("name", NAMES)
def test_an_error_in_the_block_passes_and_leaves_the_old_file(
    name: str, error: BaseException, tmp_path: Path
) -> None:
    path = put(tmp_path / name, "old")

    def rows() -> Iterator[tuple[str, dict[str, str]]]:
        yield ROWS[0]
        raise error

    with pytest.raises(type(error)) as caught:
        write(path, rows())
    assert caught.value is error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_mode_of_the_old_file_is_kept_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    old = put(tmp_path / "old.jsonl", "")
    old.chmod(0o640)
    umask = os.umask(0o027)
    try:
        new = write(tmp_path / "new.jsonl", ROWS)
    finally:
        os.umask(umask)
    assert write(old, ROWS).stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = put(tmp_path / "real" / "a.jsonl", "old")
    (tmp_path / "link.jsonl").symlink_to(real)
    write(tmp_path / "link.jsonl", ROWS)
    assert (tmp_path / "link.jsonl").is_symlink()
    assert read(real) == ROWS


def test_a_dataset_can_be_written_over_its_own_input(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [(str(i), {"id": str(i), "n": i}) for i in range(20_000)])
    with open_dataset(path) as dataset:
        write(path, ((row.id, {**row.fields, "new": 1}) for row in dataset), like=dataset)
    assert [fields["new"] for _, fields in read(path)] == [1] * 20_000


# --- what cannot be written --------------------------------------------------------------------


def test_unwritable_places_are_found_early_and_late(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    for path, words in [
        (tmp_path / "no" / "out.jsonl", "there is no folder"),
        (tmp_path / "folder.jsonl", "is a folder"),
        (put(tmp_path / "file", "") / "out.jsonl", "there is no folder"),
        (tmp_path / ("x" * 300 + ".jsonl"), "cannot be written: File name too long"),
    ]:
        for attempt in (check_writable, lambda path: write(path, ROWS)):
            with pytest.raises(OutputError, match=words) as caught:
                attempt(path)
            assert str(path) in str(caught.value)


@contextlib.contextmanager
def _not_root() -> Iterator[None]:
    # Root may write everywhere: be nobody for a while.
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_no_permission_is_found_early_and_late() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = put(folder / "old.jsonl", "old")
        old.chmod(0o444)
        folder.chmod(0o555)
        for path, words in [(folder / "new.jsonl", "Permission denied"), (old, "the file is read-only")]:
            for attempt in (check_writable, lambda path: write(path, ROWS)):
                with pytest.raises(OutputError, match=words) as caught, _not_root():
                    attempt(path)
                assert str(path) in str(caught.value)
        folder.chmod(0o755)
        assert old.read_text() == "old"


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    old = put(tmp_path / "old.jsonl", "old")
    before = old.stat().st_mtime_ns
    check_writable(old)
    check_writable(tmp_path / "new.jsonl")
    assert (old.read_text(), old.stat().st_mtime_ns) == ("old", before)
    assert list(tmp_path.iterdir()) == [old]


def test_a_name_that_does_not_tell_its_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not tell its format"):
        open_writer(tmp_path / "out.txt")
    assert write(tmp_path / "out.txt", ROWS, format="csv").read_text() == "id,t\na,x\nb,y\n"


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with subprocess.Popen(["cat", tmp_path / "pipe.jsonl"], stdout=subprocess.PIPE) as cat:
        write(tmp_path / "pipe.jsonl", ROWS)
        assert cat.communicate()[0] == b'{"id":"a","t":"x"}\n{"id":"b","t":"y"}\n'
    assert (tmp_path / "pipe.jsonl").is_fifo()
    with pytest.raises(OutputError, match="/dev/full: cannot be written: No space left on device"):
        write("/dev/full", ROWS, format="jsonl")
    check_writable("/dev/null")
    write("/dev/null", ROWS, format="csv")
    assert Path("/dev/null").is_char_device()


# --- a full disk, a killed process -------------------------------------------------------------

WRITE_MUCH = """
import os, sys, time
from rtlglot.errors import OutputError
from rtlglot.formats import open_writer
try:
    with open_writer(sys.argv[1]) as writer:
        for i in range(int(sys.argv[2])):
            writer.write(f"row{i}", {"id": f"row{i}", "t": os.urandom(200).hex()})
        print("written", flush=True)
        time.sleep(float(sys.argv[3]))
except OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_disk_that_fills_up_names_the_file_and_leaves_the_old_one(name: str, tmp_path: Path) -> None:
    path = put(tmp_path / name, "old")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = subprocess.run(
        [sys.executable, "-c", WRITE_MUCH, path, "3000", "0"],
        capture_output=True, text=True, check=True, preexec_fn=small_disk,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == f"{path}: cannot be written: File too large"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
def test_what_a_killed_process_leaves_is_removed_and_what_a_living_one_writes_is_not(
    name: str, tmp_path: Path
) -> None:
    path = put(tmp_path / name, "old")
    command = [sys.executable, "-c", WRITE_MUCH, str(path), "20000", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"written\n"
        killed.send_signal(signal.SIGKILL)
    left = set(tmp_path.iterdir()) - {path}
    assert len(left) == 1
    assert path.read_text() == "old"
    with subprocess.Popen(command, stdout=subprocess.PIPE) as living:
        assert living.stdout is not None
        assert living.stdout.readline() == b"written\n"
        theirs = set(tmp_path.iterdir()) - {path}
        assert len(theirs) == 1
        assert theirs != left
        write(path, ROWS)
        assert set(tmp_path.iterdir()) == {path, *theirs}
        living.send_signal(signal.SIGKILL)
    assert read(path) == ROWS


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = put(tmp_path / "out.jsonl", b'{"id": "old"}\n')
    for delay in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_MUCH, path, "3000", "0"], stdout=subprocess.DEVNULL
        ) as child:
            time.sleep(0.05 * (delay + 1))
            child.send_signal(signal.SIGKILL)
        assert len(read(path)) in (1, 3000)
