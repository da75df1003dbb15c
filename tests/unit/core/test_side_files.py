"""What lies beside an output is ours, or it is left alone; a lost ledger is not begun anew in silence."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import OutputError, UsageError
from rtlglot.reports.write import write_page
from rtlglot.run.watch import Nobody, Summary

ROWS = [{"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."} for n in range(3)]
FOREIGN = "somebody's work\n"


def run(output: Path, **settings: Any) -> Summary:
    return rtlglot.transform(
        ROWS, output, source="instruction", target="description", check="none", engine="scripted",
        model="sentence", **settings,
    )  # fmt: skip


def test_a_failures_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    failures = tmp_path / "out.jsonl.failures.jsonl"
    failures.write_text(FOREIGN)
    with pytest.raises(UsageError, match=r"failures\.jsonl exists, and no ledger beside it"):
        run(tmp_path / "out.jsonl")
    assert failures.read_text() == FOREIGN
    assert run(tmp_path / "out.jsonl", existing="replace").accepted == 3


@pytest.mark.parametrize("suffix", [".failures.jsonl", ".log", ".ledger.lock"])
@pytest.mark.parametrize("dangling", [False, True])
def test_links_beside_the_output_are_not_followed(tmp_path: Path, suffix: str, dangling: bool) -> None:
    target = tmp_path / "elsewhere"
    if not dangling:
        target.write_text(FOREIGN)
    (tmp_path / f"out.jsonl{suffix}").symlink_to(target)
    with pytest.raises(UsageError):
        run(tmp_path / "out.jsonl")
    assert not target.exists() if dangling else target.read_text() == FOREIGN


def test_a_page_that_is_not_ours_is_left_alone_and_ours_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    page.write_text(FOREIGN)
    with pytest.raises(OutputError, match="no page of rtlglot"):
        write_page(page, "<p>new</p>")
    assert page.read_text() == FOREIGN
    page.write_text('<meta name="generator" content="rtlglot 0.1">')
    write_page(page, "<p>new</p>")
    assert page.read_text() == "<p>new</p>"
    page.unlink()
    page.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="symbolic link"):
        write_page(page, "<p>new</p>")


@pytest.mark.parametrize("left", [b"", b"S"])
def test_an_emptied_ledger_beside_an_output_is_refused(tmp_path: Path, left: bytes) -> None:
    output = tmp_path / "out.jsonl"
    run(output)
    for beside in ("-wal", "-shm"):
        Path(f"{output}.ledger{beside}").unlink(missing_ok=True)
    Path(f"{output}.ledger").write_bytes(left)
    with pytest.raises(UsageError, match="no ledger beside it"):
        run(output)


def test_an_empty_ledger_without_an_output_is_told(tmp_path: Path) -> None:
    class Told(Nobody):
        notes: list[str] = []  # noqa: RUF012

        def note(self, text: str) -> None:
            self.notes.append(text)

    (tmp_path / "out.jsonl.ledger").touch()
    assert run(tmp_path / "out.jsonl", watch=Told()).accepted == 3
    assert any("everything is asked anew" in note for note in Told.notes)


def test_what_a_killed_process_left_goes_although_there_is_nothing_to_do(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    run(output)
    left = [
        tmp_path / f".{name}.{os.getpid()}-0123abcd.tmp"
        for name in (output.name, f"{output.name}.failures.jsonl")
    ]
    for path in left:  # with our own number, as in a container
        path.write_text("half")
    assert run(output).requests == 0
    assert not any(path.exists() for path in left)


FULL = """
import json, resource, signal, sys
import rtlglot.cli
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.exit(rtlglot.cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize("limit", [0, 5000, 120_000, 300_000])
def test_a_disk_that_takes_no_more_is_told_without_a_traceback(tmp_path: Path, limit: int) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = ({"id": f"r{n}", "instruction": f"Design {n}. " + "x" * 500} for n in range(400))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["transform", str(source), "--from", "instruction", "--to", "description", "--check", "none"]
    words += ["--engine", "scripted", "--model", "sentence", "-o", str(output)]
    full = subprocess.run(
        [sys.executable, "-c", FULL, str(limit), *words], capture_output=True, text=True, timeout=120
    )
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert "move it away" not in full.stderr
    assert run_again(words) == 0
    assert len(output.read_text().splitlines()) == 400


def run_again(words: list[str]) -> int:
    return subprocess.run(
        [sys.executable, "-m", "rtlglot", *words], capture_output=True, timeout=120
    ).returncode


_ON_A_SMALL_DISK = """
mount -t tmpfs -o size=1500k none full || exit 99
{command} 2> first; echo $? >> first
mount -o remount,size=60m full
{command} 2> second; echo $? >> second
cp full/out.jsonl .
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="a disk of our own needs unshare")
def test_a_really_full_disk_stops_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    with open(tmp_path / "in.jsonl", "w") as file:
        for n in range(300):
            file.write(json.dumps({"id": f"r{n}", "instruction": f"Design the unit {n}. " * 400}) + "\n")
    (tmp_path / "full").mkdir()
    job = "transform in.jsonl --from instruction --to description --check none --no-report --concurrency 16"
    command = f"{sys.executable} -m rtlglot {job} --engine scripted --model sentence -o full/out.jsonl"
    script = _ON_A_SMALL_DISK.format(command=command)
    run = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script], cwd=tmp_path, capture_output=True
    )
    if run.returncode == 99 or b"unshare failed" in run.stderr:
        pytest.skip("no file system can be mounted here")
    first, second = ((tmp_path / name).read_text() for name in ("first", "second"))
    assert "the disk is full" in first, first
    assert "free some space, then run the same command again" in first
    assert "Traceback" not in first + second
    assert first.endswith("\n2\n")
    assert second.endswith("\n0\n"), second
    kept = re.search(r"(\d+) of 300 rows have their outcome already", second)
    asked = re.search(r"(\d+) requests", second)
    assert kept
    assert asked
    assert int(kept[1]) > 0
    assert int(asked[1]) <= 300 - int(kept[1])  # nothing is asked twice
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 300
