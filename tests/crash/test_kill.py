"""Real kills: SIGKILL at random moments, resumed to the end, compared with an uninterrupted run."""

import collections
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtlglot import models

ROWS = 400


def command(source: Path, output: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "rtlglot", "transform", str(source), "--from", "instruction",
        "--to", "description", "--check", "none", "-o", str(output), "--json", *more,
    ]  # fmt: skip


def make_rows(path: Path, count: int) -> None:
    with open(path, "w") as file:
        for n in range(count):
            file.write(
                json.dumps({"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."}) + "\n"
            )


def scripted(tmp_path: Path) -> list[str]:
    """Replies that depend on the row, repair-free, a third of them failing one way or another."""
    script = tmp_path / "script.jsonl"
    rules = [
        {"when": r"unit \d*3 ", "reply": "", "delay_s": [0.001, 0.02]},
        {"when": r"unit \d*7 ", "reply": "The unit is cut", "finish": "length", "delay_s": [0.001, 0.02]},
        {"when": r"unit (?P<n>\d+) ", "reply": "The unit {{ n }} has a clock.", "delay_s": [0.001, 0.02]},
    ]
    script.write_text("".join(json.dumps(rule) + "\n" for rule in rules))
    log = tmp_path / "asked.jsonl"
    return [
        "--engine",
        "scripted",
        "--model",
        str(script),
        "--set",
        f"engine.log={log}",
        "--concurrency",
        "16",
    ]


def killed_after(seconds: float, arguments: list[str]) -> int:
    """Start, SIGKILL after so long; the exit code (-9, or 0 where it was quicker)."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        return process.wait()


def committed(ledger: Path) -> set[str]:
    """Ids of the rows whose reply is on disk, by the prompt that names them."""
    if not ledger.exists():
        return set()
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as db:
        try:
            messages = [m for (m,) in db.execute("SELECT message FROM replies")]
        except sqlite3.OperationalError:  # killed before the tables were there
            messages = []
    db.close()
    return {f"r{message.split('unit ')[1].split(' ')[0]}" for message in messages}


def delivered_ids(output: Path) -> list[str]:
    files = [path for path in (output, Path(f"{output}.failures.jsonl")) if path.exists()]
    return [json.loads(line)["id"] for path in files for line in path.read_text().splitlines()]


def test_twenty_kills_lose_nothing_and_buy_nothing_twice(tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    make_rows(source, ROWS)
    engine = scripted(tmp_path)
    asked = tmp_path / "asked.jsonl"
    whole = tmp_path / "whole.jsonl"
    begun = time.monotonic()
    subprocess.run(command(source, whole, *engine), check=True, capture_output=True)
    length_s = time.monotonic() - begun
    asked.unlink()

    draw = random.Random(7)
    kills = 0
    for _ in range(20):
        before = committed(Path(f"{output}.ledger"))
        already = asked.read_text().count("\n") if asked.exists() else 0
        code = killed_after(draw.uniform(0.1, length_s), command(source, output, *engine))
        kills += code == -signal.SIGKILL
        lines = asked.read_text().splitlines()[already:] if asked.exists() else []
        again = {json.loads(line)["row_id"] for line in lines if line.endswith("}")} & before
        assert not again, f"replies that were on disk were asked for again: {again}"
    subprocess.run(command(source, output, *engine), check=True, capture_output=True)

    assert kills >= 5, "the kills came too late to mean anything"
    for suffix in ("", ".failures.jsonl"):
        resumed = Path(f"{output}{suffix}").read_text()
        assert resumed == Path(f"{whole}{suffix}").read_text()
    ids = delivered_ids(output)
    assert collections.Counter(ids) == collections.Counter(f"r{n}" for n in range(ROWS))


@pytest.mark.embedded
@pytest.mark.skipif(models.find("smollm2-135m-instruct") is None, reason="the embedded model is not here")
def test_the_embedded_engine_is_killed_and_resumed(tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    make_rows(source, 30)
    arguments = command(source, output, "--model", "smollm2-135m-instruct", "--max-tokens", "24")
    ledger = Path(f"{output}.ledger")
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(committed(ledger)) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    before = committed(ledger)
    assert 3 <= len(before) < 30

    result = subprocess.run(arguments, check=True, capture_output=True, text=True)
    summary = json.loads(result.stdout)
    assert summary["requests"] == 30 - len(before)
    ids = delivered_ids(output)
    assert sorted(ids) == sorted(f"r{n}" for n in range(30))
