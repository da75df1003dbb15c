"""What the whole command costs at an endpoint, beside the bare aiohttp loop that only asks.

    python benchmarks/command.py [--rows 5000 50000] [--in-flight 256] [--rounds 3] [--old TREE ...]
                                 [--replies prose loops] [--steps]

`rtlglot transform` with its ledger, the checks of texts and the report, as a process of its own; the
endpoint (tests.server) is another, and so is the loop. In each round all do the same rows, in turn. CPU is
user + system of the whole process, start included, as the kernel counts it. Compiled modules are kept from a
run before the first, which is not counted. `--old` are other checkouts of rtlglot that are measured beside
this one, each under its folder's name, `--uvloop` a folder with uvloop in it: this one is then measured
with it, too. Replies are `prose`, descriptions that the checks accept, or `loops`, as long and rejected.
`--steps` measures the command without report, and without report and checks, too: what they cost.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.endpoint import REPLY_WORDS  # noqa: E402
from benchmarks.loop import make_rows  # noqa: E402
from tests.server import Stub  # noqa: E402

Figures = dict[str, float]
STEPS = {"no report": ["--no-report"], "no report, no checks": ["--no-report", "--check", "none"]}


class Spending:
    """Samples what CPU a process has used, by the clock."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        self._samples: list[tuple[float, float]] = []
        threading.Thread(target=self._sample, daemon=True).start()

    def _sample(self) -> None:
        ticks = os.sysconf("SC_CLK_TCK")
        with contextlib.suppress(OSError, IndexError):  # until it has ended
            while True:
                used = self._stat.read_text().rpartition(") ")[2].split()[11:13]
                self._samples.append((time.time(), sum(map(int, used)) / ticks))
                time.sleep(0.01)

    def until(self, moment: float) -> float:
        """CPU seconds used before a moment of time.time()."""
        return max((cpu_s for at, cpu_s in self._samples if at <= moment), default=0.0)


def timed(command: list[str], environment: dict[str, str]) -> tuple[Figures, Spending]:
    """Wall, CPU and memory of a process; its output is thrown away."""
    begun, clock = time.perf_counter(), time.time()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    spending = Spending(process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    cpu_s = usage.ru_utime + usage.ru_stime
    wall_s = time.perf_counter() - begun
    return {"wall_s": wall_s, "cpu_s": cpu_s, "rss_mib": usage.ru_maxrss / 1024, "clock": clock}, spending


def measure(who: str, tree: Path, stub: Stub, options: argparse.Namespace, folder: Path) -> Figures:
    """One client once, over `options.count` rows."""
    stub.setup(delay_s=options.delay_ms / 1000, words=REPLY_WORDS, prose=options.kind == "prose")
    rows, most = options.count, str(options.in_flight)
    paths = [str(tree / "src"), *([str(options.uvloop)] if who == "with uvloop" else [])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled" / who), "PYTHONDONTWRITEBYTECODE": ""}
    if who == "aiohttp":
        script = str(ROOT / "benchmarks" / "endpoint.py")
        command = [sys.executable, script, "--client", who, "--url", stub.base_url, "--rows", str(rows)]
        command += ["--in-flight", most]
    else:
        for left in folder.glob("out.*"):
            left.unlink()
        command = [sys.executable, "-m", "rtlglot", "transform", str(folder / f"{rows}.jsonl")]
        command += ["--from", "instruction", "--to", "description", "--model", "stub", "--engine", "openai"]
        command += ["--base-url", stub.base_url, "--concurrency", most, "-o", str(folder / "out.jsonl")]
        command += STEPS.get(who, [])
    figures, spending = timed(command, environment)
    first = stub.stats()["first"]
    return {**figures, "first_s": first - figures["clock"], "start_s": spending.until(first)}


def report(results: dict[str, list[Figures]], rows: int, kind: str) -> None:
    """Rows of a Markdown table: medians over the rounds, ratios within each round."""
    bare = results["aiohttp"]
    for who, rounds in results.items():
        middle = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
        wall = statistics.median(r["wall_s"] / b["wall_s"] for r, b in zip(rounds, bare, strict=True))
        cpu = statistics.median(r["cpu_s"] / b["cpu_s"] for r, b in zip(rounds, bare, strict=True))
        print(
            f"| {rows:,} {kind} | {who} | {middle['wall_s']:.1f} | {wall:.2f} "
            f"| {1000 * middle['cpu_s'] / rows:.2f} | {cpu:.2f} | {middle['first_s']:.2f} "
            f"| {middle['start_s']:.2f} | {middle['rss_mib']:.0f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[5000, 50_000])
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--delay-ms", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--old", type=Path, nargs="+", default=[])
    parser.add_argument("--uvloop", type=Path)
    parser.add_argument("--replies", nargs="+", choices=("prose", "loops"), default=["prose"])
    parser.add_argument("--steps", action="store_true")
    options = parser.parse_args()
    who = {"aiohttp": ROOT, "rtlglot": ROOT, **({"with uvloop": ROOT} if options.uvloop else {})}
    who |= {tree.name: tree for tree in options.old}
    who |= dict.fromkeys(STEPS, ROOT) if options.steps else {}
    print(f"{options.in_flight} in flight, {options.delay_ms:g} ms at the endpoint, {options.rounds} rounds")
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    columns = ("rows", "", "wall s", "aiohttp = 1", "CPU ms a row", "aiohttp = 1")
    columns += ("first request s", "CPU until then s", "RSS MiB")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    with Stub.running() as stub, tempfile.TemporaryDirectory(prefix="rtlglot-bench-") as folder:
        options.count, options.kind = 10, "prose"
        make_rows(Path(folder) / "10.jsonl", 10)
        for name, tree in who.items():
            measure(name, tree, stub, options, Path(folder))
        for rows in options.rows:
            options.count = rows
            make_rows(Path(folder) / f"{rows}.jsonl", rows)
            for kind in options.replies:
                options.kind = kind
                report(in_turn(who, stub, options, Path(folder)), rows, kind)


def in_turn(
    who: dict[str, Path], stub: Stub, options: argparse.Namespace, folder: Path
) -> dict[str, list[Figures]]:
    """Each client once a round, the first one last in the next."""
    results: dict[str, list[Figures]] = {name: [] for name in who}
    for number in range(options.rounds):
        names = list(who)[number % len(who) :] + list(who)[: number % len(who)]
        for name in names:
            results[name].append(measure(name, who[name], stub, options, folder))
    return results


if __name__ == "__main__":
    main()
