"""Shards of a job, merged, are the job."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.cli import main
from rtlglot.errors import UsageError
from rtlglot.jobs.merge import MergeSummary, merge
from rtlglot.reports.standing import standings

ROWS, OF = 240, 8


@pytest.fixture
def job(tmp_path: Path) -> dict[str, Any]:
    """A dataset whose rows are accepted, cut and empty, and a script that logs what is asked."""
    rows = [{"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."} for n in range(ROWS)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rules = [
        {"when": r"unit \d*3 ", "reply": ""},
        {"when": r"unit \d*7 ", "reply": "The unit is cut", "finish": "length"},
        {"when": r"unit (?P<n>\d+) ", "reply": "The unit {{ n }} has a clock.", "delay_s": [0.01, 0.05]},
    ]
    (tmp_path / "script.jsonl").write_text("".join(json.dumps(rule) + "\n" for rule in rules))
    return {
        "input": str(tmp_path / "in.jsonl"),
        "source": "instruction", "target": "description", "check": "none",
        "engine": "scripted", "model": str(tmp_path / "script.jsonl"),
        "set": {"engine": {"log": str(tmp_path / "asked.jsonl")}},
    }  # fmt: skip


def asked(tmp_path: Path) -> list[str]:
    log = tmp_path / "asked.jsonl"
    lines = log.read_text().splitlines() if log.exists() else []
    return [json.loads(line)["row_id"] for line in lines if line.endswith("}")]


def words(job: dict[str, Any], output: Path, *more: str) -> list[str]:
    log = job["set"]["engine"]["log"]
    return [
        "transform", job["input"], "--from", job["source"], "--to", job["target"], "--check", "none",
        "--engine", "scripted", "--model", job["model"], "--set", f"engine.log={log}", "-o", str(output),
        "--no-report", *more,
    ]  # fmt: skip


def test_eight_shards_three_of_them_killed_are_one_run_byte_for_byte(
    tmp_path: Path, job: dict[str, Any]
) -> None:
    whole, output = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    rtlglot.transform(output=whole, **job)
    (tmp_path / "asked.jsonl").unlink()
    killed = ("2/8", "5/8", "8/8")
    for shard in killed:
        more = ("--shard", shard, "--concurrency", "2")
        command = [sys.executable, "-m", "rtlglot", *words(job, output, *more)]
        before = len(asked(tmp_path))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(asked(tmp_path)) < before + 6 and process.poll() is None:
            time.sleep(0.02)
        assert process.poll() is None, "it ended before it was killed"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    summaries = [rtlglot.transform(output=output, shard=f"{n}/{OF}", **job) for n in range(1, OF + 1)]
    assert sum(one.total for one in summaries) == ROWS

    found = merge((str(tmp_path / "out.1-of-8.jsonl"),))
    assert (found.exit_code, found.total, found.absent, found.missing) == (0, ROWS, (), ())
    for suffix in ("", ".failures.jsonl"):
        assert Path(f"{output}{suffix}").read_bytes() == Path(f"{whole}{suffix}").read_bytes()
    assert len(asked(tmp_path)) <= ROWS + 2 * len(killed), "what was in flight at a kill is asked again"
    before = len(asked(tmp_path))
    again = rtlglot.transform(output=output, **job)
    assert (again.kept, again.requests) == (ROWS, 0)
    assert len(asked(tmp_path)) == before


def test_what_is_missing_is_named_and_one_machine_works_it_out(
    tmp_path: Path, job: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.jsonl"
    for shard in ("1/3", "3/3"):
        assert main(words(job, output, "--shard", shard)) == 0
    capsys.readouterr()
    assert main(["merge", str(tmp_path / "out.3-of-3.jsonl"), "--json"]) == 75
    told = json.loads(capsys.readouterr().out)
    assert told["absent"] == ["2/3"]
    assert told["pending"] == ROWS - told["accepted"] - told["rejected"] - told["failed"] > 40
    assert len(told["missing"]) == 10
    assert Path(f"{output}.report.html").exists()

    before = len(asked(tmp_path))
    assert main(told["command"][1:]) == 0
    assert len(asked(tmp_path)) - before == told["pending"], "only the missing rows are asked"
    whole = tmp_path / "whole.jsonl"
    rtlglot.transform(output=whole, **job)
    assert output.read_bytes() == whole.read_bytes()
    again = merge((str(tmp_path / "out.3-of-3.jsonl"),))
    assert again.pending == 0, "a second merge takes nothing away"


def test_shards_go_on_where_one_machine_was(tmp_path: Path, job: dict[str, Any]) -> None:
    output = tmp_path / "out.jsonl"
    rtlglot.transform(output=output, **{**job, "limit": 100})
    output.unlink()
    before = len(asked(tmp_path))
    parts = [rtlglot.transform(output=output, shard=f"{n}/2", **job) for n in (1, 2)]
    assert sum(part.kept for part in parts) == 100
    assert len(asked(tmp_path)) - before == ROWS - 100


def test_shards_of_two_recipes_are_not_merged(tmp_path: Path, job: dict[str, Any]) -> None:
    output = tmp_path / "out.jsonl"
    rtlglot.transform(output=output, shard="1/2", **job)
    rtlglot.transform(output=output, shard="2/2", **{**job, "temperature": 0.9})
    with pytest.raises(UsageError, match="sampling differs"):
        merge((str(tmp_path / "out.1-of-2.jsonl"),))


def test_a_row_that_changed_since_is_missing_not_delivered(tmp_path: Path, job: dict[str, Any]) -> None:
    output, source = tmp_path / "out.jsonl", Path(job["input"])
    for n in (1, 2):
        rtlglot.transform(output=output, shard=f"{n}/2", **job)
    source.write_text(source.read_text().replace("unit 11 ", "unit eleven "))
    found: MergeSummary = merge((str(tmp_path / "out.2-of-2.jsonl"),))
    assert (found.pending, found.missing, found.unfinished) == (1, ("r11",), {})
    assert '"r11"' not in output.read_text()


def test_status_sums_over_shards_until_they_are_merged(tmp_path: Path, job: dict[str, Any]) -> None:
    output = tmp_path / "out.jsonl"
    assert standings(output) is None
    parts = [rtlglot.transform(output=output, shard=f"{n}/2", **job) for n in (1, 2)]
    found = standings(output)
    assert found is not None
    assert (found.total, found.pending, found.state, found.replies) == (ROWS, 0, "done", ROWS)
    assert found.count("accepted") == sum(part.accepted for part in parts)
    merge((str(tmp_path / "out.1-of-2.jsonl"),))
    assert standings(output) is None, "the whole's own ledger tells now"


def test_names_that_are_no_shards_are_refused(tmp_path: Path) -> None:
    for parts in ((), (str(tmp_path / "out.jsonl"),), (str(tmp_path / "out.1-of-2.jsonl"),)):
        with pytest.raises(UsageError):
            merge(parts)
    two = (str(tmp_path / "a.1-of-2.jsonl"), str(tmp_path / "b.1-of-2.jsonl"))
    with pytest.raises(UsageError, match="several outputs"):
        merge(two)
