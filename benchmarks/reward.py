"""The reward beside plain `iverilog` with a match of the pass word, on the same texts.

    python benchmarks/reward.py [--problems 12] [--mutants 3] [--same TIMES] [--data FILE.jsonl]

For references of VerilogEval: the reference under the name that is asked for, mutants that are proved
different from it, and forgers (print the pass line, end the run early, print it in `final`). Per way:
right texts refused, wrong texts and forgers accepted, replies without an answer; p50 and p95 of one reply
alone, wall time; replies for each CPU second, the tools' included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import CheckStatus, Context
from rtlglot.reward import Grader
from rtlglot.reward.grader import LADDER
from rtlglot.sandbox import open_box
from rtlglot.verilog.mutations import mutants

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval" / "spec-to-rtl.jsonl"
FORGERIES = (
    'initial begin $display("Mismatches: 0 in 100 samples"); $finish; end',
    'initial #1 begin $write("Mismatches: 0 in 100 samples\\n"); $finish(0); end',
    'final $display("Mismatches: 0 in 100 samples");',
    "initial begin force tb.tb_match = 1; end",
    "initial $finish;",
    "assign {input} = 0;",
)
"""What a forger has in its module: prints the pass line (at once, late, at the end), reaches into the
testbench, ends the run before anything is compared, drives an input."""
Way = Callable[[str, dict[str, str]], Awaitable[bool | None]]
Text = tuple[str, str, dict[str, str]]
"""Its kind, itself, its row."""


def with_trick(text: str, trick: str) -> str:
    """A design with one of FORGERIES in its last module."""
    declared = re.search(r"\binput\s+(?:wire\s+|logic\s+)?(?:\[[^\]]*\]\s*)?(\w+)", text)
    body, _, rest = text.rpartition("endmodule")
    return f"{body}{trick.replace('{input}', declared[1] if declared else '1')}\nendmodule{rest}"


async def plain(text: str, row: dict[str, str]) -> bool | None:
    """What most training code does."""
    return await asyncio.to_thread(_plain, text, row)


def _plain(text: str, row: dict[str, str]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        for name, body in (("dut", text), ("test", row["testbench"]), ("ref", row["reference"])):
            Path(folder, f"{name}.sv").write_text(body)
        build = ["iverilog", "-g2012", "-s", "tb", "-o", "x", "dut.sv", "test.sv", "ref.sv"]
        if subprocess.run(build, cwd=folder, capture_output=True, check=False).returncode:
            return False
        try:
            ran = subprocess.run(
                ["vvp", "-n", "x"], cwd=folder, capture_output=True, text=True, timeout=30, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return re.search(r"Mismatches: 0 in \d+ samples", ran.stdout) is not None


def cpu_s() -> float:
    """Of this process and of all children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


async def corpus(rows: list[dict[str, str]], most: int) -> list[Text]:
    """(kind, text, row): 'right', 'wrong' (proved different) and 'forged'."""
    found: list[Text] = []
    prove = ladder("equivalence", "verilog")[-1:]
    async with open_box() as box:
        for row in rows:
            text = row["reference"].replace("RefModule", "TopModule")
            found.append(("right", text, row))
            bad = []
            for mutant in mutants(text, most=3 * most):
                context = Context(reference=row["reference"])
                verdicts = await climb(prove, context, asking(mutant.text, context, box))
                if verdicts[-1].status is CheckStatus.DIFFERENT and len(bad) < most:
                    bad.append(mutant.text)
            found += [("wrong", wrong, row) for wrong in bad]
            found += [
                ("forged", with_trick(wrong, forgery), row) for wrong in bad[:1] for forgery in FORGERIES
            ]
    return found


async def measure(name: str, way: Way, texts: list[Text]) -> str:
    """What came of all texts, one after the other; a line of the table, without its CPU time."""
    alone_ms = []
    counts = {"right": [0, 0, 0], "wrong": [0, 0, 0], "forged": [0, 0, 0]}
    for kind, text, row in texts:
        started = time.perf_counter()
        said = await way(text, row)
        alone_ms.append(1e3 * (time.perf_counter() - started))
        counts[kind][2 if said is None else int(said)] += 1
    return "{:<32} {:>7}/{:<5} {:>7}/{:<5} {:>6}/{:<5} {:>8} {:>8.0f} {:>8.0f}".format(
        name,
        counts["right"][0], sum(counts["right"]),
        counts["wrong"][1], sum(counts["wrong"]),
        counts["forged"][1], sum(counts["forged"]),
        sum(count[2] for count in counts.values()),
        statistics.median(alone_ms),
        statistics.quantiles(alone_ms, n=20)[-1],
    )  # fmt: skip


async def by_grader(name: str, check: str, texts: list[Text], *, again: bool) -> None:
    """The lines of one ladder, of which the second has all verdicts in its ledger."""
    used = cpu_s()
    async with Grader(check=check, workers=1) as grader:

        async def graded(text: str, row: dict[str, str]) -> bool | None:
            reward = (await grader(text, row)).reward
            return None if reward is None else reward == 1.0

        line = await measure(name, graded, texts)
        started = cpu_s()
        known = await measure(f"{name}, known", graded, texts) if again else ""
        known_s = cpu_s() - started
    print(f"{line} {len(texts) / (cpu_s() - used - known_s):>9.1f}")
    if again:
        print(f"{known} {len(texts) / known_s:>9.1f}")


async def same(texts: list[Text], times: int) -> None:
    """The same designs again and again, each time as a text of its own."""
    async with Grader(workers=2) as grader:
        for kind, text, row in texts[:2]:
            copies = (f"{text}// {number}\n" for number in range(times))
            grades = await asyncio.gather(*(grader(copy, row) for copy in copies))
            found = {(grade.reward, grade.entry) for grade in grades}
            print(f"{kind}, {times} times at load {os.getloadavg()[0]:.0f}: {found}")


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=12)
    parser.add_argument("--mutants", type=int, default=3)
    parser.add_argument("--same", type=int, default=0, help="only grade two texts so many times")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    lines = [json.loads(line) for line in options.data.read_text().splitlines()]
    step = max(1, len(lines) // options.problems)
    rows = [{"reference": line["ref"], "testbench": line["test"]} for line in lines[::step]][
        : options.problems
    ]
    if options.same:
        await same(await corpus(rows[:1], 1), options.same)
        return
    texts = await corpus(rows, options.mutants)
    heads = ("refused", "accepted", "forged", "no word", "p50 ms", "p95 ms", "/CPU s")
    print("{:<32} {:>13} {:>13} {:>12} {:>8} {:>8} {:>8} {:>9}".format("way", *heads))
    used = cpu_s()
    line = await measure("iverilog and the pass word", plain, texts)
    print(f"{line} {len(texts) / (cpu_s() - used):>9.1f}")
    await by_grader("proof", "screen,syntax,elaborate,equivalence", texts, again=False)
    await by_grader("testbench", "screen,syntax,elaborate,testbench", texts, again=False)
    await by_grader("all rungs", LADDER, texts, again=True)


if __name__ == "__main__":
    asyncio.run(main())
