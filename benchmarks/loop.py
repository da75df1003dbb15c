"""What rtlglot itself costs a row: the scripted engine answers at once, JSONL in, JSONL out, ledger on.

    python benchmarks/loop.py                 100,000 rows
    python benchmarks/loop.py 100000 1000000  and the memory at a million

Each size runs as a process of its own; CPU is user + system of the whole process, start included, as
the kernel counts it; RSS is the peak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INSTRUCTION = (
    "Design a module named unit_{n} with an 8-bit input a, an 8-bit input b and a 9-bit output sum. "
    "On the rising edge of clk the sum of a and b is stored in sum while en is high; sum holds its value "
    "otherwise. The active-low asynchronous reset rst_n sets sum to zero. Row {n} of the benchmark."
)


def make_rows(path: Path, count: int) -> None:
    """About 400 bytes a row, every instruction different."""
    with open(path, "w", encoding="utf-8") as file:
        for n in range(count):
            row = {
                "id": f"row-{n}",
                "instruction": INSTRUCTION.format(n=n),
                "source": "bench",
                "weight": 1.50,
            }
            file.write(json.dumps(row) + "\n")


def measure(count: int, folder: Path) -> None:
    """One run in a process of its own; prints its line."""
    source, output = folder / f"{count}.jsonl", folder / f"{count}.out.jsonl"
    make_rows(source, count)
    command = [sys.executable, "-m", "rtlglot", "transform", str(source), "--from", "instruction"]
    command += [
        "--to",
        "description",
        "--check",
        "none",
        "--no-report",
        "--engine",
        "scripted",
        "--model",
        "sentence",
    ]
    begun = time.perf_counter()
    process = subprocess.Popen([*command, "-o", str(output), "--json"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the run ended with {process.returncode}")
    with open(output, "rb") as file:
        lines = sum(1 for _ in file)
    assert lines == count, f"{lines} rows came out of {count}"
    cpu_s = usage.ru_utime + usage.ru_stime
    ledger_mb = sum(path.stat().st_size for path in folder.glob(f"{count}.out.jsonl.ledger*")) / 1e6
    print(
        f"{count:>9,} rows  {cpu_s / count * 1000:6.3f} ms CPU a row  {count / wall_s:8,.0f} rows/s"
        f"  {usage.ru_maxrss / 1024:6.0f} MB peak RSS  ledger {ledger_mb:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """The sizes named, in order."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [100_000]
    with tempfile.TemporaryDirectory(prefix="rtlglot-bench-") as folder:
        for size in sizes:
            measure(size, Path(folder))


if __name__ == "__main__":
    main()
