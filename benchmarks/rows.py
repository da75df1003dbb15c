"""Millions of rows on one machine: index, index again, resume near the end, delivery; CPU seconds and memory.

    python benchmarks/rows.py --rows 100000 1000000 3000000 [--folder DIR]

Rows of about 1 KB are made on the fly (1 GB for a million, and as much again for the output). Nothing is
asked: outcomes are put into the ledger as a run would have left them, for nine of ten rows, and each step is
a process of its own, so that its largest memory is its own. All files are deleted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from rtlglot.formats import open_dataset
from rtlglot.ledger import Ledger
from rtlglot.ledger.connection import transaction
from rtlglot.ledger.intact import SAVE_TEXT, text_key
from rtlglot.ledger.keys import content_key
from rtlglot.ledger.outcomes import SETTLE, settle_parameters
from rtlglot.records import Outcome, Reason, Status
from rtlglot.run.deliver import Delivery, deliver
from rtlglot.run.settle import Rows

RECIPE = b"r" * 16
READS = ("instruction",)
_WORDS = "Design a synchronous unit with an enable, a reset and a counter that wraps at its limit. " * 10


def make(folder: Path, rows: int) -> None:
    """The input."""
    with (folder / "in.jsonl").open("w") as file:
        for n in range(rows):
            file.write(json.dumps({"id": f"row-{n}", "instruction": f"{n}: {_WORDS}", "n": n}) + "\n")
    long_ago = time.time() - 3600
    os.utime(folder / "in.jsonl", (long_ago, long_ago))


def fill(folder: Path, rows: int) -> None:
    """What a run that was killed at nine of ten rows has left."""
    settled = int(0.9 * rows)
    with _Work(folder) as (ledger, found), transaction(ledger._db):
        for row in islice(found, settled):
            text = f"module m{row.position}(input a, output y); assign y = ~a; endmodule"
            outcome = Outcome(row.id, Status.ACCEPTED, Reason.OK, text=text)
            ledger._db.execute(SAVE_TEXT, (text_key(text), text))
            ledger._db.execute(SETTLE, settle_parameters(RECIPE, content_key(row, READS), outcome))


def index(folder: Path, rows: int) -> None:
    """Take in the input, or find that it is as it was."""
    with _Work(folder) as (ledger, found):
        assert found.index(ledger, READS) == rows


def resume(folder: Path, rows: int) -> None:
    """To the first row that has no outcome, as the same command does after a kill."""
    with _Work(folder) as (ledger, found):
        found.index(ledger, READS)
        assert ledger.counts(RECIPE).pending == rows - int(0.9 * rows)
        assert next(found.pending(ledger)).position == int(0.9 * rows)


def write(folder: Path, rows: int) -> None:
    """The output."""
    with _Work(folder) as (ledger, found):
        found.index(ledger, READS)
        deliver(Delivery(folder / "out.jsonl", "verilog"), found.dataset, ledger, RECIPE)


class _Work:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> tuple[Ledger, Rows]:
        self._open = Ledger(self._folder / "out.jsonl.ledger")
        return self._open, Rows(open_dataset(self._folder / "in.jsonl"), RECIPE, READS)

    def __exit__(self, *_: object) -> None:
        self._open.close()


STEPS: dict[str, Callable[[Path, int], None]] = {
    "make": make, "index": index, "index again": index, "fill": fill, "resume": resume, "deliver": write,
}  # fmt: skip
_OURS = ("index", "index again", "resume", "deliver")


def measured(name: str, folder: Path, rows: int) -> tuple[float, float, float]:
    """Wall and CPU seconds, and MB at most, of one step in a process of its own."""
    code = f"import rows, sys; from pathlib import Path; rows.step({name!r}, Path({str(folder)!r}), {rows})"
    here = str(Path(__file__).parent)
    told = subprocess.run([sys.executable, "-c", code], cwd=here, check=True, capture_output=True, text=True)
    wall, cpu, megabytes = map(float, told.stdout.split())
    return wall, cpu, megabytes


def step(name: str, folder: Path, rows: int) -> None:
    """Do one and print what it took."""
    begun = time.monotonic()
    STEPS[name](folder, rows)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def lines(sizes: list[int], parent: str | None) -> Iterator[str]:
    """A table, row by row."""
    yield "| rows | step | CPU s | CPU µs a row | MB | s (load) |"
    yield "|---|---|---|---|---|---|"
    for rows in sizes:
        with tempfile.TemporaryDirectory(dir=parent, prefix="rtlglot-rows-") as made:
            for name in STEPS:
                wall, cpu, megabytes = measured(name, Path(made), rows)
                if name in _OURS:
                    told = f"{cpu:.1f} | {1e6 * cpu / rows:.1f} | {megabytes:.0f} | {wall:.1f}"
                    yield f"| {rows:,} | {name} | {told} ({os.getloadavg()[0]:.0f}) |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", default=None)
    given = parser.parse_args()
    for line in lines(given.rows, given.folder):
        print(line, flush=True)
