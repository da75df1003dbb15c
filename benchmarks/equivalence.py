"""The equivalence check against designs that are equal and designs that are not.

    python benchmarks/equivalence.py [--quick] [--data FILE] [--only selves rewrites mutants]
                                     [--limit 10] [--mutants 5] [--workers 1] [--save FILE]

The designs are VerilogEval's references. `selves`: each against a copy with every inner name and the
module's changed. `rewrites`: each against what yosys makes of it (proc; opt; write_verilog).
`mutants`: each against copies with one small change (see rtlglot.verilog.mutations), which also run under the
problem's own testbench: the matrix of both answers. `--quick` takes every twelfth design.

Printed times are of one candidate, its reference being known; what a reference costs (reading it and
proving it against itself) is a line of its own. The last lines name what must not be.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from rtlglot.checks.equivalence import Equivalence
from rtlglot.checks.synth import Synth
from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import Box, open_box
from rtlglot.tools.slang.plain import latches_allowed
from rtlglot.tools.slang.source import read_source
from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.mutations import mutants
from rtlglot.verilog.tokens import Kind, tokens

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval" / "spec-to-rtl.jsonl"
_REWRITE = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for command in (f"read_slang --top {sys.argv[2]} {sys.argv[1]}", "proc", "opt", "clean",
                f"rename {sys.argv[2]} TopModule", "write_verilog -noattr rewritten.v"):
    libyosys.run_pass(command, design)
"""


@dataclass
class Job:
    """One candidate and what was said of it."""

    task: str
    kind: str
    reference: str
    candidate: str
    testbench: str = ""
    formal: Verdict | None = None
    simulated: Verdict | None = None

    def row(self) -> dict[str, Any]:
        """For --save."""
        row: dict[str, Any] = {"task": self.task, "kind": self.kind, "candidate": self.candidate}
        for name, verdict in (("formal", self.formal), ("simulated", self.simulated)):
            if verdict is not None:
                row[name] = {
                    "status": verdict.status.value,
                    "seconds": round(verdict.seconds, 3),
                    "says": [finding.message for finding in verdict.findings][:3],
                    "data": {k: v for k, v in verdict.data.items() if k != "trace"},
                }
        return row


def renamed(text: str) -> str:
    """A copy with another name for everything but the ports of its top module; no comments."""
    ports = {port.name for top in read_source(text, "sv2017").tops for port in top.ports}
    parts = []
    for token in tokens(text):
        own = token.kind is Kind.NAME and token.text not in KEYWORDS and token.text not in ports
        parts.append(f"renamed_{token.text}" if own else " " if token.kind is Kind.COMMENT else token.text)
    return "".join(parts)


def rewritten(text: str) -> str | None:
    """What yosys writes of it, or None where it cannot."""
    source = read_source(text, "sv2017")
    top = source.tops[-1].name
    with tempfile.TemporaryDirectory() as folder:
        # from always_comb with an incomplete assignment yosys would make a loop instead of a latch
        Path(folder, "design.sv").write_text(latches_allowed(source.plain))
        command = [sys.executable, "-c", _REWRITE, "design.sv", top]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        written = Path(folder, "rewritten.v")
        return written.read_text() if written.exists() else None


def as_top(text: str) -> str:
    """VerilogEval's reference under the name that its testbench gives to candidates."""
    return "".join("TopModule" if token.text == "RefModule" else token.text for token in tokens(text))


def jobs_of(what: str, rows: Iterable[dict[str, str]], most: int) -> list[Job]:
    """All candidates of one kind."""
    jobs = []
    for row in rows:
        task, reference, testbench = row["task_id"], row["ref"], row["test"]
        if what == "selves":
            jobs.append(Job(task, "self", reference, renamed(reference)))
        elif what == "rewrites":
            jobs.append(Job(task, "rewrite", reference, rewritten(reference) or ""))
        else:
            design = as_top(reference)
            for mutant in mutants(design, most=most):
                if not read_source(mutant.text, "sv2017").problems:
                    jobs.append(Job(task, mutant.kind, reference, mutant.text, testbench))
    return jobs


async def ask(jobs: Sequence[Job], check: Equivalence, box: Box, workers: int) -> list[float]:
    """Fill in the verdicts; seconds that each reference took."""
    costs = []
    for reference in dict.fromkeys(job.reference for job in jobs):
        if check.recall(reference) is None:
            first = await check.check(reference, Context(reference=reference), box)
            costs.append(first.seconds)
    testbench = Testbench({"control": False})

    async def one(job: Job) -> None:
        job.formal = await check.check(job.candidate, Context(reference=job.reference), box)
        if job.testbench:
            context = Context(reference=job.reference, testbench=job.testbench)
            job.simulated = await testbench.check(job.candidate, context, box)

    await _few_at_a_time(jobs, one, workers)
    return costs


async def _few_at_a_time(jobs: Sequence[Job], one: Callable[[Job], Awaitable[None]], most: int) -> None:
    gate = asyncio.Semaphore(most)

    async def guarded(job: Job) -> None:
        async with gate:
            await one(job)

    await asyncio.gather(*(guarded(job) for job in jobs))


def show(title: str, jobs: Sequence[Job]) -> None:
    """Statuses and times of one kind."""
    counts = Counter(str(job.formal.status.value) for job in jobs if job.formal)
    seconds = sorted(job.formal.seconds for job in jobs if job.formal)
    told = ", ".join(f"{status} {count}" for status, count in counts.most_common())
    late = sum(second > 10 for second in seconds)
    played = sorted(
        float(job.formal.data["played"]["cpu_s"])
        for job in jobs
        if job.formal and "cpu_s" in (job.formal.data.get("played") or {})
    )
    print(f"{title:<10} {len(jobs):>5}  {told}")
    print(
        f"{'':<17} p50 {statistics.median(seconds):.2f} s, p95 {seconds[int(len(seconds) * 0.95)]:.2f} s, "
        f"longest {seconds[-1]:.1f} s, over 10 s {late}"
    )
    if played:
        print(
            f"{'':<17} played {len(played)}: p50 {statistics.median(played) * 1000:.0f} ms, "
            f"p95 {played[int(len(played) * 0.95)] * 1000:.0f} ms of CPU"
        )


def matrix(jobs: Sequence[Job]) -> None:
    """Formal answers down, testbench answers across."""
    both = [(job.formal, job.simulated) for job in jobs if job.formal and job.simulated]
    pairs = Counter((formal.status.value, tested.status.value) for formal, tested in both)
    across = sorted({tested for _, tested in pairs})
    print(f"{'formal / testbench':<20}" + "".join(f"{name:>13}" for name in across))
    for status in sorted({status for status, _ in pairs}):
        print(f"{status:<20}" + "".join(f"{pairs[status, tested] or '.':>13}" for tested in across))
    killed = [formal for formal, tested in both if tested.status == "fail"]
    statuses = Counter(formal.status.value for formal in killed)
    print(f"killed {len(killed)}: {_counted(statuses)}")
    confirmed = Counter(str(f.data["confirmed"]) for f, _ in both if "confirmed" in f.data)
    print(f"differences that a simulation confirms: {_counted(confirmed)}")
    beyond = [formal for formal in killed if formal.status == "unsupported"]
    reasons = Counter(str(formal.data["what"])[:60] for formal in beyond)
    print(f"killed and unsupported: {_counted(reasons)}")


async def synthesisable(jobs: Sequence[Job], box: Box) -> None:
    """Of the killed mutants that pass the rung `synth`, how many are told apart."""
    killed = [job for job in jobs if job.simulated and job.simulated.status == "fail"]
    synth = Synth({})
    built = await asyncio.gather(*(synth.check(job.candidate, Context(), box) for job in killed))
    formal = [
        job.formal.status.value for job, one in zip(killed, built, strict=True) if one.ok and job.formal
    ]
    share = formal.count("different") / max(1, len(formal))
    print(f"killed and synthesisable {len(formal)}: {_counted(Counter(formal))} ({share:.1%} different)")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def complaints(what: str, jobs: Sequence[Job]) -> None:
    """What must not be, and what is worth a look."""
    for job in jobs:
        if job.formal is None:
            continue
        formal, tested = job.formal.status.value, job.simulated.status.value if job.simulated else ""
        wrong = (formal == "different" and not tested) or (formal == "equivalent" and tested == "fail")
        weak = formal == "different" and tested == "pass"
        if wrong or weak or formal in ("error", "timeout", "bounded", "unsupported", "unconfirmed"):
            mark = "WRONG" if wrong else "weak testbench" if weak else formal
            why = str(job.formal.data.get("what", ""))[:60]
            print(f"  {mark}: {what} {job.task} ({job.kind}) {tested} {why}")


async def measure(options: argparse.Namespace, rows: Sequence[dict[str, str]]) -> list[Job]:
    """Ask and print, kind after kind."""
    check = Equivalence({"limit_s": options.limit})
    print(f"limit {options.limit:g} s; {check.identity()['simulator']}, pyosys {check.identity()['pyosys']}")
    done = []
    async with open_box(workers=options.workers) as box:
        for what in options.only:
            jobs = jobs_of(what, rows, options.mutants)
            costs = await ask(jobs, check, box, options.workers)
            if costs:
                times = f"p50 {statistics.median(costs):.2f} s, longest {max(costs):.1f} s"
                print(f"{'references':<10} {len(costs):>5}  with itself: {times}")
            show(what, jobs)
            if what == "mutants":
                matrix(jobs)
                await synthesisable(jobs, box)
            complaints(what, jobs)
            done += jobs
    return done


def main() -> None:
    """Read, measure, save."""
    options = _arguments()
    rows = [json.loads(line) for line in options.data.read_text().splitlines()]
    rows = rows[:: 12 if options.quick else 1]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, load {load}, {len(rows)} designs")
    done = asyncio.run(measure(options, rows))
    if options.save:
        Path(options.save).write_text("".join(json.dumps(job.row()) + "\n" for job in done))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true", help="every twelfth design")
    parser.add_argument("--only", nargs="+", default=["selves", "rewrites", "mutants"])
    parser.add_argument("--limit", type=float, default=10.0, help="CPU seconds of one proof")
    parser.add_argument("--mutants", type=int, default=5, help="most of one design")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--save", help="JSONL file with every verdict")
    return parser.parse_args()


if __name__ == "__main__":
    main()
