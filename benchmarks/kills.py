"""SIGKILL at random moments, then the same command to its end: what came out is what one whole run gives.

    python benchmarks/kills.py [--kills 300] [--seed 1] [--log FILE] [--only JOB …]

The kills are shared out among a transformation (a third of its rows failing), one that writes Verilog with
`--verify` and repairs, checks with proofs against a reference, a merge of two shards, and an export that
splits. Whenever a job has come to its end, what came out is compared with that of a run that nobody killed,
and no temporary file may be left. `--log` keeps what was done: the same command goes on from there.
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
from collections import Counter
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


def verify(folder: Path) -> list[str]:
    """Rows into Verilog, each a design of its own; every third is broken and mended once."""
    source, script = folder / "in.jsonl", folder / "script.json"
    rows, rules = [], []
    for n in range(24):
        good = f"module unit_{n}(input clk, input [{n}:0] d, output reg [{n}:0] q);\n"
        good += "always @(posedge clk) q <= d;\nendmodule"
        text = good.replace("<= d", "<=") if n % 3 == 0 else good
        rows.append({"id": f"r{n}", "instruction": f"Design the unit {n} with a register."})
        rules += [{"when": rf"unit {n} [\s\S]*said", "reply": good}, {"when": rf"unit {n} ", "reply": text}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script.write_text(json.dumps(rules))
    words = ["transform", str(source), "--from", "instruction", "--to", "verilog", "--model", str(script)]
    words += ["--engine", "scripted", "--concurrency", "4", "--verify", "default", "--repair", "1"]
    return command(*words, "-o", str(folder / "out.jsonl"))


def merge(folder: Path) -> list[str]:
    """Two shards, which are made once, into one job."""
    shards = [folder.parent / f"job.{number}-of-2.jsonl" for number in (1, 2)]
    for number, shard in enumerate(shards, 1):
        if not shard.exists():
            words = transform(folder.parent)[:-1]
            words += [str(folder.parent / "job.jsonl"), "--shard", f"{number}/2"]
            subprocess.run(words, check=True, capture_output=True)
    return command("merge", *map(str, shards), "-o", str(folder / "out.jsonl"))


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


JOBS: dict[str, Callable[[Path], list[str]]] = {
    "transform": transform,
    "verify": verify,
    "proofs": proofs,
    "merge": merge,
    "export": export,
}


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


def job(name: str, options: argparse.Namespace, kills: int, done: Counter[str]) -> None:
    """Kills of one job until it has had so many; ends the program where what comes out is not exact."""
    draw = random.Random(f"{options.seed} {name} {done[name]}")
    with tempfile.TemporaryDirectory(prefix="rtlglot-kills-") as made:
        whole, torn = Path(made, "whole"), Path(made, "torn")
        for folder in (whole, torn):
            folder.mkdir()
        words = JOBS[name](whole)
        begun = time.monotonic()
        subprocess.run(words, check=True, capture_output=True)
        length_s = time.monotonic() - begun
        while done[name] < kills:
            hits = 0
            while done[name] + hits < kills and killed(JOBS[name](torn), draw.uniform(0.05, length_s)):
                hits += 1
            subprocess.run(JOBS[name](torn), check=True, capture_output=True)
            compare(name, whole, torn)
            done[name] += hits
            if options.log:
                with open(options.log, "a") as log:
                    log.write(json.dumps({"job": name, "kills": hits}) + "\n")
        print(f"{name}: {done[name]} kills, exact", flush=True)


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
    parser.add_argument("--log", type=Path)
    parser.add_argument("--only", nargs="+", choices=list(JOBS), default=list(JOBS))
    options = parser.parse_args()
    done: Counter[str] = Counter()
    if options.log and options.log.exists():
        for line in map(json.loads, options.log.read_text().splitlines()):
            done[line["job"]] += line["kills"]
    for number, name in enumerate(options.only):
        share = options.kills // len(options.only) + (number < options.kills % len(options.only))
        job(name, options, share, done)


if __name__ == "__main__":
    main()
