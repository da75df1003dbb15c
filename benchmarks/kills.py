"""SIGKILL at random moments, then the same command to its end: what came out is what one whole run gives.

    python benchmarks/kills.py [--kills 300] [--seed 1]

The kills are shared out among a transformation (repaired, a third of its rows failing), checks with proofs
against a reference, and an export that splits. After each job's last run its output is compared with that
of a run that nobody killed, and no temporary file may be left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROWS = 200
RULES = [
    {"when": r"unit \d*3 ", "reply": "", "delay_s": [0.001, 0.02]},
    {"when": r"unit \d*7 ", "reply": "The unit is cut", "finish": "length", "delay_s": [0.001, 0.02]},
    {"reply": "The unit has one clock and one output.", "delay_s": [0.001, 0.02]},
]
OURS = ("id", "status", "reason", "assurance")
Seen = dict[str, Any]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "rtlglot", *words]


def transform(folder: Path) -> list[str]:
    """Rows into descriptions, by a script."""
    source, script = folder / "in.jsonl", folder / "script.json"
    rows = ({"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."} for n in range(ROWS))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script.write_text(json.dumps(RULES))
    words = ["transform", str(source), "--from", "instruction", "--to", "description", "--model", str(script)]
    words += ["--engine", "scripted", "--concurrency", "8", "--check", "none"]
    return command(*words, "-o", str(folder / "out.jsonl"))


def proofs(folder: Path) -> list[str]:
    """Designs against themselves, proved and played."""
    source, rows = folder / "in.jsonl", json.loads((ROOT / "examples" / "rtl.json").read_text())
    lines = ({"id": id_, "verilog": row["verilog"], "golden": row["verilog"]} for id_, row in rows.items())
    source.write_text("".join(json.dumps(line) + "\n" for line in list(lines)[:20]))
    return command("check", str(source), "--reference", "golden", "-o", str(folder / "out.jsonl"))


def export(folder: Path) -> list[str]:
    """Many rows, near copies among them, onto two sides."""
    source = folder / "in.jsonl"
    draw = random.Random(5)
    texts = [" ".join(str(draw.random()) for _ in range(60)) for _ in range(2000)]
    rows = ({"id": f"r{n}", "q": f"Design {n}.", "a": texts[n % 1500]} for n in range(2000))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["export", str(source), "--format", "alpaca", "--only", "any", "--existing", "replace"]
    words += ["--prompt-field", "q", "--answer-field", "a", "--split", "0.2", "--dedup", "near"]
    return command(*words, "-o", str(folder / "out.jsonl"))


JOBS: dict[str, Callable[[Path], list[str]]] = {"transform": transform, "proofs": proofs, "export": export}


def seen(folder: Path) -> Seen:
    """The files that came out; of checks what they said, for their times differ."""
    found: Seen = {}
    for path in sorted(folder.glob("out*.jsonl*")):
        if path.suffix in (".jsonl", ".json"):
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            told = [{name: line[name] for name in OURS if name in line} or line for line in lines]
            found[path.name] = told
    return found


def killed(words: list[str], after_s: float) -> bool:
    """Whether the kill came before the end."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, stdout=quiet, stderr=quiet)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def job(name: str, kills: int, draw: random.Random) -> None:
    """So many kills of one job; says what came of them, and ends the program where it is not exact."""
    with tempfile.TemporaryDirectory(prefix="rtlglot-kills-") as made:
        whole, torn = Path(made, "whole"), Path(made, "torn")
        for folder in (whole, torn):
            folder.mkdir()
        begun = time.monotonic()
        subprocess.run(JOBS[name](whole), check=True, capture_output=True)
        length_s = time.monotonic() - begun
        hits = resumed = 0
        while hits < kills:
            words = JOBS[name](torn)
            if killed(words, draw.uniform(0.05, length_s)):
                hits += 1
                continue
            resumed += 1
            compare(name, whole, torn)
        subprocess.run(JOBS[name](torn), check=True, capture_output=True)
        compare(name, whole, torn)
        print(f"{name}: {hits} kills, ended {resumed + 1} times, exact", flush=True)


def compare(name: str, whole: Path, torn: Path) -> None:
    """The files of a job that was killed with those of one that was not; begins it anew."""
    if (now := seen(torn)) != (wanted := seen(whole)):
        sys.exit(f"{name}: {now} is not {wanted}")
    if left := [str(path) for path in torn.iterdir() if path.name.endswith(".tmp")]:
        sys.exit(f"{name}: left over: {left}")
    for path in torn.iterdir():
        path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    for number, name in enumerate(JOBS):
        job(name, options.kills // len(JOBS) + (number < options.kills % len(JOBS)), draw)


if __name__ == "__main__":
    main()
