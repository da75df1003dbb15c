"""Whether a loaded machine changes a verdict: the same designs alone, then beside busy processes.

    python benchmarks/load.py --verilogeval spec-to-rtl.jsonl --benchls dev.jsonl
                              [--designs 200] [--times 3] [--busy 16] [--workers 2]

Half of the designs are VerilogEval's references, each held against what yosys makes of it; half are
RTL-BenchLS's, each held against a renamed copy. All climb the whole ladder, every time from a new box, so
that nothing is remembered. The busy processes have the same niceness as this one and do nothing but use
the processor. Ends with 1 where any check says another thing than it said alone the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from benchls import renamed, written

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import Context
from rtlglot.sandbox import open_box


@dataclass(frozen=True)
class Pair:
    """A design and what it is held against."""

    name: str
    text: str
    reference: str


Said = dict[str, dict[str, str]]
"""Design to check to status."""


def pairs(options: argparse.Namespace) -> list[Pair]:
    """Evenly over both files."""
    half, found = options.designs // 2, []
    for row in _evenly(options.verilogeval, half):
        rewrite = written(row["ref"], "RefModule", ("proc", "opt", "clean")) or row["ref"]
        found.append(Pair(row["task_id"], rewrite, row["ref"]))
    for row in _evenly(options.benchls, options.designs - len(found)):
        found.append(Pair(row["id"], renamed(row["verilog"], row["top"]), row["verilog"]))
    return found


def _evenly(path: Path | None, most: int) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path else []
    return rows[:: max(1, len(rows) // max(1, most))][:most]


async def verdicts(designs: Sequence[Pair], workers: int) -> Said:
    """What the ladder says of each."""
    checks, said = ladder("default"), {}
    gate = asyncio.Semaphore(2 * workers)

    async def one(pair: Pair) -> None:
        context = Context(reference=pair.reference)
        async with gate:
            climbed = await climb(checks, context, asking(pair.text, context, box))
        said[pair.name] = {verdict.check: str(verdict.status.value) for verdict in climbed}

    async with open_box(workers=workers) as box:
        await asyncio.gather(*(one(pair) for pair in designs))
    return said


@contextmanager
def crowd(count: int) -> Iterator[None]:
    """Busy processes beside this one."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def differences(first: Said, again: Said) -> list[str]:
    """Where two runs do not say the same, in words."""
    return [
        f"{name}: {check} said {status}, then {again[name][check]}"
        for name, told in first.items()
        for check, status in told.items()
        if again[name][check] != status
    ]


def main() -> int:
    """Once alone, then in turns beside the crowd and alone."""
    options = _arguments()
    designs = pairs(options)
    first, wrong = None, 0
    for number in range(options.times):
        for busy in (0, options.busy):
            begin = time.monotonic()
            with crowd(busy):
                said = asyncio.run(verdicts(designs, options.workers))
            first = first or said
            found = differences(first, said)
            wrong += len(found)
            load = os.getloadavg()[0]
            took = f"{time.monotonic() - begin:.0f} s, load {load:.0f}"
            print(
                f"time {number + 1}, {busy} busy: {len(said)} designs in {took}, {len(found)} differ",
                flush=True,
            )
            for line in found:
                print(f"  {line}")
    ended = Counter(told["equivalence"] for told in (first or {}).values())
    print("equivalence:", ", ".join(f"{status} {count}" for status, count in ended.most_common()))
    return wrong > 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--verilogeval", type=Path, help="spec-to-rtl.jsonl")
    parser.add_argument("--benchls", type=Path, help="dev.jsonl")
    parser.add_argument("--designs", type=int, default=200)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--busy", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
