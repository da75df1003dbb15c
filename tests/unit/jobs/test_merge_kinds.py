"""Shards of check and roundtrip, merged, are what one run writes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.test_roundtrip import MODEL, UP

from rtlglot.cli import main
from rtlglot.errors import LedgerError
from rtlglot.ledger.opening import is_blank
from rtlglot.reports.standing import standing

DESIGN = "module m(input [15:0] a, b, output [31:0] y);\n  assign y = a * b + {};\nendmodule\n"
OF = 3


def killed(
    words: list[str],
    ledger: Path,
    *,
    number: signal.Signals = signal.SIGKILL,
    code: int = -signal.SIGKILL,
    program: tuple[str, str] = ("-m", "rtlglot"),
) -> str:
    """Run a command and kill it when the first of its rows has its outcome, and not all; what it said."""
    process = subprocess.Popen([sys.executable, *program, *words], stdout=subprocess.PIPE, text=True)
    while process.poll() is None and (is_blank(ledger) or not settled(ledger)):
        time.sleep(0.01)
    assert process.poll() is None, "it ended before it was killed"
    process.send_signal(number)
    said, _ = process.communicate()
    assert process.returncode == code
    return said


def settled(ledger: Path) -> int:
    try:
        found = standing(ledger)
    except LedgerError:  # its tables are being made
        return 0
    return found.total - found.pending


def without_seconds(path: Path) -> list[Any]:
    return [json.loads(line, object_hook=_timeless) for line in path.read_text().splitlines()]


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "seconds"}


@pytest.fixture
def designs(tmp_path: Path) -> Path:
    """Good and bad designs; an id that occurs twice; a row without a design."""
    told = [{"id": f"r{n}", "verilog": DESIGN.format(n)} for n in range(24)]
    bad = [{"id": "bad", "verilog": "module m(;"}, {"id": "none", "verilog": ""}]
    twice = [{"id": "twice", "verilog": DESIGN.format(n)} for n in range(100, 105)]
    lines = [json.dumps(row) + "\n" for row in [*bad, *told[:12], *twice, *told[12:]]]
    (tmp_path / "in.jsonl").write_text("".join(lines))
    return tmp_path / "in.jsonl"


def test_shards_of_a_check_one_of_them_killed_are_one_check(designs: Path) -> None:
    folder = designs.parent
    whole, output = folder / "whole", folder / "shards"
    for place in (whole, output):
        place.mkdir()

    def words(place: Path, *more: str) -> list[str]:
        files = {"-o": "v.jsonl", "--keep": "clean.jsonl", "--drop": "bad.jsonl"}
        named = [word for flag, name in files.items() for word in (flag, str(place / name))]
        return ["check", str(designs), *named, "--no-report", *more]

    assert main(words(whole)) == 0
    killed(words(output, "--shard", f"2/{OF}"), output / f"v.2-of-{OF}.jsonl.ledger")
    for number in range(1, OF + 1):
        assert main(words(output, "--shard", f"{number}/{OF}")) == 0
        assert (output / f"clean.{number}-of-{OF}.jsonl").stat().st_size
    assert main(["merge", str(output / f"v.1-of-{OF}.jsonl")]) == 0
    for name in ("clean.jsonl", "bad.jsonl"):
        assert (output / name).read_bytes() == (whole / name).read_bytes()
    assert without_seconds(output / "v.jsonl") == without_seconds(whole / "v.jsonl")
    told, one = standing(output / "v.jsonl.ledger"), standing(whole / "v.jsonl.ledger")
    assert (told.total, told.outcomes, told.assurances) == (one.total, one.outcomes, one.assurances)
    assert (told.rejected_by, told.state) == (one.rejected_by, "done")


def test_a_shard_of_a_check_that_is_missing_is_named(
    designs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = designs.with_name("clean.jsonl")
    words = ["check", str(designs), "--check", "syntax", "--keep", str(kept), "--no-report"]
    for number in (1, 3):
        assert main([*words, "--shard", f"{number}/{OF}", "--until", "23:59"]) == 0
    capsys.readouterr()
    assert main(["merge", str(designs.with_name(f"clean.1-of-{OF}.jsonl")), "--json"]) == 75
    told = json.loads(capsys.readouterr().out)
    assert (told["absent"], told["unfinished"]) == ([f"2/{OF}"], {})
    assert 0 < told["pending"] == told["total"] - told["accepted"] - told["rejected"] - told["failed"]
    assert told["command"][-2:] == ["--keep", str(kept)]
    assert main(told["command"][1:]) == 0
    whole = designs.with_name("whole.jsonl")
    assert main(["check", str(designs), "--check", "syntax", "--keep", str(whole), "--no-report"]) == 0
    assert kept.read_bytes() == whole.read_bytes()


def test_a_shard_of_a_check_needs_a_file_and_designs_may_be_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(6):
        (tmp_path / f"d{number}.v").write_text(DESIGN.format(number))
    folder, output = tmp_path / "v.jsonl", tmp_path / "all.jsonl"
    assert main(["check", str(tmp_path / "d0.v"), "--shard", "1/2"]) == 2
    assert "--output" in capsys.readouterr().err
    words = ["check", str(tmp_path), "--check", "syntax", "--no-report", "-o"]
    for number in (1, 2):
        assert main([*words, str(folder), "--shard", f"{number}/2", "--ledger-dir", str(tmp_path / "l")]) == 0
    assert main([*words, str(output)]) == 0
    assert main(["merge", str(tmp_path / "v.2-of-2.jsonl")]) == 0
    assert without_seconds(folder) == without_seconds(output)


def test_shards_of_a_round_trip_are_one_round_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    slices = [
        {"task_id": name, "design_name": name, "top_module": name, "files": {f"{name}.v": design}}
        for name in ("one", "two", "three", "four", "five", "nothing_to_say")
        for design in [UP.replace("tick", name)]
    ]
    Path("slices.jsonl").write_text("".join(json.dumps(row) + "\n" for row in slices))
    words = ["roundtrip", "slices.jsonl", "--engine", "scripted", "--model", "model.py:answer"]
    words += ["--no-report", "--protocol", "rtl-benchls", "--concurrency", "1", "-o"]
    assert main([*words, "whole.jsonl"]) == 0
    assert main([*words, "out.jsonl", "--shard", "1/2"]) == 0
    killed([*words, "out.jsonl", "--shard", "2/2"], Path("out.2-of-2.jsonl.ledger"))
    assert main([*words, "out.jsonl", "--shard", "2/2"]) == 0
    assert main(["merge", "out.1-of-2.jsonl"]) == 0
    for suffix in ("", ".failures.jsonl", ".results.jsonl"):
        assert Path(f"out.jsonl{suffix}").read_bytes() == Path(f"whole.jsonl{suffix}").read_bytes()
