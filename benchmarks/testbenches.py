"""What the check `testbench` makes of testbenches: how many can tell right designs from broken ones, by
which evidence, and what a candidate costs.

    python benchmarks/testbenches.py [--data FILE] [--cases FOLDER] [--every N] [--save FILE]

Each problem of VerilogEval (`--data`) is asked about its own reference in the candidate's place, once
with nothing known and once with the controls remembered, and about one mutant of it. `--cases` is a
folder of cases as in tests/cases/testbench, whose candidates are what they say that they are.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import Box, open_box
from rtlglot.verilog.mutations import mutants
from rtlglot.verilog.tokens import tokens

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval" / "spec-to-rtl.jsonl"
CASES = Path(__file__).parents[1] / "tests" / "cases" / "testbench"


@dataclass
class Asked:
    """One candidate and the verdict."""

    task: str
    kind: str
    """'right', 'again' (the same with the controls known), 'mutant' or 'case'."""
    verdict: Verdict
    expected: str = ""

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the simulator."""
        return float(self.verdict.data.get("cpu_s", 0.0))


def as_top(text: str) -> str:
    """A reference of VerilogEval under the name that its testbench gives to candidates."""
    return "".join("TopModule" if token.text == "RefModule" else token.text for token in tokens(text))


async def problems(rows: Sequence[dict[str, str]], box: Box) -> list[Asked]:
    """Each problem's reference, twice, and a mutant."""
    found = []
    for row in rows:
        check = Testbench()
        context = Context(reference=row["ref"], testbench=row["test"])
        right = as_top(row["ref"])
        candidates = [("right", right), ("again", right)]
        candidates += [("mutant", mutant.text) for mutant in mutants(right, most=1, seed=7)]
        for kind, text in candidates:
            found.append(Asked(row["task_id"], kind, await check.check(text, context, box)))
    return found


async def cases(paths: Sequence[Path], box: Box) -> list[Asked]:
    """Cases, each with what it expects."""
    found = []
    for path in paths:
        head, testbench, reference, candidate = re.split(
            r"^// ---- \w+\n", path.read_text(), flags=re.MULTILINE
        )
        context = Context(testbench=testbench, reference=reference.strip() or None)
        wanted = dict(re.findall(r"^// (\w+): (.+)$", head, re.MULTILINE))
        verdict = await Testbench().check(candidate, context, box)
        found.append(Asked(path.stem, "case", verdict, wanted["expect"]))
    return found


def show(asked: Sequence[Asked]) -> None:
    """A table for each kind."""
    for kind in dict.fromkeys(one.kind for one in asked):
        some = [one for one in asked if one.kind == kind]
        said = Counter(f"{one.verdict.status} by {one.verdict.data.get('by', 'the rules')}" for one in some)
        times = sorted(one.cpu_s for one in some if one.cpu_s)
        print(f"{kind}: {len(some)}; " + ", ".join(f"{number} {what}" for what, number in said.most_common()))
        if len(times) > 1:
            parts = statistics.quantiles(times, n=20)
            print(f"  CPU s of a candidate: p50 {parts[9]:.2f}, p95 {parts[18]:.2f}, most {times[-1]:.2f}")
        wrong = [
            one.task for one in some if one.expected and one.verdict.status not in one.expected.split(" or ")
        ]
        if kind == "case":
            print(f"  as expected: {len(some) - len(wrong)}; not: {', '.join(wrong) or 'none'}")
        for one in some:
            if one.verdict.status == "unsupported" and kind != "again":
                reason = one.verdict.findings[0]
                print(f"  unsupported: {one.task}: {reason.code}: {reason.message[:100]}")
    races = [one.task for one in asked if one.kind == "right" and one.verdict.data.get("races")]
    print(f"racing with their own clock: {len(races)}: {', '.join(races)}")


async def main() -> None:
    """Ask, show, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--every", type=int, default=1, help="only every Nth problem")
    parser.add_argument("--save", type=Path, help="all verdicts as JSON lines")
    options = parser.parse_args()
    async with open_box(workers=1) as box:
        rows = [json.loads(line) for line in options.data.read_text().splitlines()][:: options.every]
        asked = await problems(rows, box) + await cases(sorted(options.cases.glob("*.sv")), box)
    show(asked)
    if options.save:
        with options.save.open("w") as file:
            for one in asked:
                says = [finding.message for finding in one.verdict.findings]
                row = {"task": one.task, "kind": one.kind, "status": one.verdict.status, "says": says}
                file.write(json.dumps(row | {"data": dict(one.verdict.data)}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
