"""What shards and a cluster cost: `python benchmarks/cluster.py shards 10000 8 3`, or `ray 200000 2`.

`shards N OF KILLED`: a job of N rows in one run, then as shards of
which some are killed and begun again; merged, and held against the one run byte by byte. `ray N REPLICAS`: a
job of N rows with an engine that answers at once, on a Ray cluster of two nodes on this machine; the CPU time
of its processes from the first part to the last, in four quarters, and the driver's memory with its slope.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import linear_regression

from rtlglot.run.watch import Nobody, Tally


def timed(what: str, call: Callable[[], object]) -> None:
    """One line: wall seconds, CPU seconds and the highest memory so far, children included."""
    wall, (cpu, _) = time.monotonic(), _used()
    found = call()
    after, peak = _used()
    told = f"{time.monotonic() - wall:8.2f} s wall {after - cpu:8.2f} s CPU {peak:7.0f} MB"
    print(f"{what:<34}{told}  {found if isinstance(found, int) else ''}", flush=True)


def _used() -> tuple[float, float]:
    """CPU seconds, and the highest memory in MB."""
    both = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in both), max(u.ru_maxrss for u in both) / 1024


def shards(count: int, of: int, killed: int, folder: Path) -> None:
    """One run, then shards with kills, merged."""
    source, script, asked = folder / "in.jsonl", folder / "script.jsonl", folder / "asked.jsonl"
    source.write_text(
        "".join(json.dumps({"id": f"r{n}", "instruction": f"Unit {n}."}) + "\n" for n in range(count))
    )
    rule = {"when": r"Unit (?P<n>\d+)", "reply": "The unit {{ n }} has a clock.", "delay_s": [0.01, 0.03]}
    script.write_text(json.dumps(rule) + "\n")

    def command(output: str, *more: str) -> list[str]:
        return [
            sys.executable, "-m", "rtlglot", "transform", str(source), "--from", "instruction",
            "--to", "description", "--check", "none", "--engine", "scripted", "--model", str(script),
            "--set", f"engine.log={asked}", "--no-report", "-o", str(folder / output), *more,
        ]  # fmt: skip

    def quietly(words: list[str]) -> None:
        subprocess.run(words, check=True, capture_output=True)

    timed("one run", lambda: quietly(command("whole.jsonl")))
    asked.unlink()
    for number in range(1, of + 1):
        words = command("out.jsonl", "--shard", f"{number}/{of}")
        if number <= killed:
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            before = asked.read_bytes().count(b"\n") if asked.exists() else 0
            while process.poll() is None and _lines(asked) < before + count // of // 2:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            print(f"shard {number} killed: exit {process.wait()}")
        timed(f"shard {number}/{of}", lambda words=words: quietly(words))  # type: ignore[misc]
    merging = [sys.executable, "-m", "rtlglot", "merge", str(folder / f"out.1-of-{of}.jsonl")]
    timed("merge, with its report", lambda: quietly(merging))
    same = (folder / "out.jsonl").read_bytes() == (folder / "whole.jsonl").read_bytes()
    print(f"byte for byte the one run: {same}; asked twice, as in flight at a kill: {_lines(asked) - count}")


class Seen(Nobody):
    """Looks at the machine's processes at the first part and after each quarter of the rows, and at the
    driver's memory at each part."""

    def __init__(self) -> None:
        self.looks: list[tuple[int, float, dict[str, float]]] = []
        self.memory: list[tuple[int, float]] = []
        """Rows settled, MB."""

    def tick(self, tally: Tally) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.memory.append((tally.settled, pages * os.sysconf("SC_PAGE_SIZE") / 1e6))
        if 4 * tally.settled >= len(self.looks) * tally.total:
            self.looks.append((tally.settled, time.monotonic(), _cpu_of_kinds()))


_KINDS = {
    "Replica": "replicas",
    "_examined": "checks",
    "_read": "reading",
    "raylet": "Ray",
    "gcs_server": "Ray",
}
_KIND_OF: dict[str, str] = {}
"""By process."""


def _cpu_of_kinds() -> dict[str, float]:
    """CPU seconds so far, by what a process is."""
    found = {"driver": sum(os.times()[:2])}
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if "ray" in command:
                kind = next((kind for part, kind in _KINDS.items() if part in command), "Ray")
                if kind != "Ray":  # a worker that is done is called idle
                    _KIND_OF[process.name] = kind
                kind = _KIND_OF.get(process.name, kind)
                found[kind] = found.get(kind, 0) + sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return found


def on_ray(count: int, replicas: int, folder: Path) -> None:
    """One job on a cluster."""
    from ray.cluster_utils import Cluster

    from rtlglot import transform

    source, size = folder / "in.jsonl", {"num_cpus": 2, "object_store_memory": 100 << 20}
    source.write_text(
        "".join(json.dumps({"id": f"r{n}", "instruction": f"Unit {n}."}) + "\n" for n in range(count))
    )
    cluster = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    cluster.add_node(**size)
    seen = Seen()
    transform(
        source, folder / "out", source="instruction", target="description", engine="scripted", watch=seen,
        model="sentence", check="none", cluster=cluster.address, replicas=replicas, ledger_dir=str(folder),
    )  # fmt: skip
    for (first, begun, before), (last, ended, after) in pairwise(seen.looks):
        rate = (last - first) / (ended - begun)
        of = f"rows {first:,} to {last:,}, {replicas} replicas"
        print(f"{of}: {rate:,.0f} rows/s, load {os.getloadavg()[0]:.0f}")
        for kind, used in after.items():
            print(f"  {kind:<10}{1000 * (used - before.get(kind, 0)) / (last - first):8.2f} ms CPU a row")
    later = seen.memory[len(seen.memory) // 2 :]
    slope = linear_regression(*zip(*later, strict=True)).slope
    print(f"driver at most {_used()[1]:.0f} MB, {1e5 * slope:+.1f} MB for 100,000 rows (the second half)")
    cluster.shutdown()


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


if __name__ == "__main__":
    part, *numbers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as made:
        if part == "ray":
            on_ray(*map(int, numbers), folder=Path(made))
        else:
            shards(*map(int, numbers), folder=Path(made))
