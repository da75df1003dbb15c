"""A run that has to end at a time ends before it, with whole rows."""

import asyncio
import datetime
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.errors import UsageError
from rtlglot.run.until import Until, end_time

NOON = datetime.datetime(2026, 11, 26, 12, 0).timestamp()
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("text", "hours"), [("13:00", 1), ("11:30", 23.5), ("2026-11-27T06:00", 18), ("2026-11-26T12:30:00", 0.5)]
)
def test_a_time_is_the_next_one(text: str, hours: float) -> None:
    assert end_time(text, {}, NOON) == NOON + hours * 3600


def test_slurm_says_when_the_job_ends() -> None:
    assert end_time("slurm", {"SLURM_JOB_END_TIME": "1795000000"}) == 1795000000


def test_an_older_slurm_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    squeue = tmp_path / "squeue"
    squeue.write_text('#!/bin/sh\n[ "$3" = 71 ] && echo 2026-11-26T13:00:00\n')
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert end_time("slurm", {"SLURM_JOB_ID": "71"}) == NOON + 3600
    with pytest.raises(UsageError, match="job 72"):
        end_time("slurm", {"SLURM_JOB_ID": "72"})


@pytest.mark.parametrize("text", ["soon", "25:00", "slurm", "6"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"until"):
        print(end_time(text, {}))


def test_rows_that_take_longer_close_earlier() -> None:
    until = Until(1000.0, rows=5000, clock=lambda: 900.0)  # 16 s are kept for delivery
    assert until.left_s == 84
    for seconds in [*range(1, 20), 500]:  # one in twenty may take whatever it takes
        until.see(seconds)
    assert until.row_s == 19


async def test_it_closes_when_no_row_fits_any_more() -> None:
    now = [0.0]
    until, stop, told = Until(115.0, clock=lambda: now[0]), asyncio.Event(), asyncio.Event()
    until.see(60.0)
    async with until.watching(stop, told.set):
        await asyncio.sleep(0)
        assert not stop.is_set()
        now[0] = 41.0
        await asyncio.wait_for(stop.wait(), 5)
    assert until.closed
    assert told.is_set()
    assert until.left_s == 59


def job(tmp_path: Path, rows: int, delay_s: float) -> dict[str, Any]:
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f'{{"id": "r{n}", "instruction": "Unit {n}."}}\n' for n in range(rows)))
    script = tmp_path / "script.jsonl"
    script.write_text(f'{{"when": "Unit", "reply": "A unit that has a clock.", "delay_s": {delay_s}}}\n')
    return {
        "input": str(source), "output": str(tmp_path / "out.jsonl"), "source": "instruction",
        "target": "description", "check": "none", "engine": "scripted", "model": str(script),
        "concurrency": 4, "set": {"engine": {"log": str(tmp_path / "asked.jsonl")}},
    }  # fmt: skip


def test_a_run_ends_before_its_time_and_no_row_is_asked_in_vain(tmp_path: Path) -> None:
    settings = job(tmp_path, 400, 0.2)
    rtlglot.transform(**{**settings, "output": str(tmp_path / "warm.jsonl"), "limit": 1})
    (tmp_path / "asked.jsonl").unlink()
    until = datetime.datetime.fromtimestamp(time.time() + 15 + 0.08 + 4).isoformat()
    summary = rtlglot.transform(**settings, until=until)
    assert (summary.ending, summary.exit_code) == ("stopped", 75)
    assert 0 < summary.accepted < 400
    assert (tmp_path / "asked.jsonl").read_text().count("\n") == summary.accepted == summary.requests
    assert (tmp_path / "out.jsonl").read_text().count("\n") == summary.accepted


def test_the_job_array_queues_itself_again_until_all_is_done(tmp_path: Path) -> None:
    """The sbatch script with a stand-in for the scheduler: two tasks, each too short once."""
    settings = job(tmp_path, 40, 0.1)
    (tmp_path / "scontrol").write_text('#!/bin/sh\necho "$@" >> requeued\n')
    (tmp_path / "scontrol").chmod(0o755)
    bin_ = ROOT / ".venv" / "bin"
    script = ["bash", str(ROOT / "examples" / "transform.sbatch")]
    words = [
        settings["input"], "--from", "instruction", "--to", "description", "--check", "none", "--no-report",
        "--engine", "scripted", "--model", settings["model"], "-o", "out.jsonl", "--concurrency", "2",
    ]  # fmt: skip

    def task(number: int, seconds: float) -> int:
        array = {"MIN": 1, "MAX": 2, "COUNT": 2, "ID": number}
        slurm = {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in array.items()}
        slurm |= {"SLURM_ARRAY_JOB_ID": "71", "SLURM_JOB_END_TIME": str(int(time.time() + seconds))}
        environment = {**os.environ, **slurm, "PATH": f"{tmp_path}:{bin_}:{os.environ['PATH']}"}
        environment["TMPDIR"] = str(tmp_path / f"node{number}")
        (tmp_path / f"node{number}").mkdir(exist_ok=True)
        return subprocess.run([*script, *words], cwd=tmp_path, env=environment, check=False).returncode

    assert [task(1, 16), task(2, 16)] == [75, 75]
    assert (tmp_path / "requeued").read_text().splitlines() == ["requeue 71_1", "requeue 71_2"]
    assert [task(1, 600), task(2, 600)] == [0, 0]
    merged = subprocess.run(
        [bin_ / "rtlglot", "merge", "out.1-of-2.jsonl"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "40 rows = 40 accepted" in merged.stdout
