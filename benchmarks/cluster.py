"""What many rows, shards and a cluster cost: `python benchmarks/cluster.py rows 1000000`, `shards 10000 8 3`,
or `ray 8000 2`.

`rows N`: a dataset of N rows of 1 kB, indexed; its index found again; the place found after a run that was
killed near the end; everything delivered. `shards N OF KILLED`: a job of N rows in one run, then as shards of
which some are killed and begun again; merged, and held against the one run byte by byte. `ray N REPLICAS`: a
job of N rows with an engine that answers at once, on a Ray cluster of two nodes on this machine; the CPU time
of its processes from the first part to the last, and the driver's memory.
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
from pathlib import Path

from rtlglot.formats import open_dataset
from rtlglot.ledger import Ledger
from rtlglot.ledger.intact import SAVE_TEXT, text_key
from rtlglot.ledger.keys import content_key
from rtlglot.ledger.outcomes import SETTLE, settle_parameters
from rtlglot.records import Outcome, Reason, Status
from rtlglot.run.deliver import Delivery, deliver
from rtlglot.run.settle import Rows
from rtlglot.run.watch import Nobody, Tally

RECIPE = b"recipe"
READS = ("instruction",)


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


def rows(count: int, folder: Path) -> None:
    """Index, index again, find the place, deliver."""
    source, output = folder / "in.jsonl", folder / "out.jsonl"
    with source.open("w") as file:
        for n in range(count):
            text = f"Design the unit {n} with a clock. " * 30
            file.write(json.dumps({"id": f"r{n}", "instruction": text[:980]}) + "\n")
    os.utime(source, (1_700_000_000, 1_700_000_000))
    print(f"{count:,} rows, {source.stat().st_size / 1e6:,.0f} MB")
    ledger = Ledger(Path(f"{output}.ledger"))
    with open_dataset(source) as dataset:
        timed("index", lambda: Rows(dataset, RECIPE, READS).index(ledger))
    with open_dataset(source) as dataset:
        timed("index again", lambda: Rows(dataset, RECIPE, READS).index(ledger))
    settle_all_but(10, source, ledger.path, count)
    with open_dataset(source) as dataset:
        pending = Rows(dataset, RECIPE, READS).pending
        timed("counts", lambda: ledger.counts(RECIPE).pending)
        timed("first pending row, at the end", lambda: next(iter(pending(ledger))).position)
        timed("deliver", lambda: deliver(Delivery(output, "description"), dataset, ledger, RECIPE))
    print(f"ledger {ledger.path.stat().st_size / 1e6:,.0f} MB, output {output.stat().st_size / 1e6:,.0f} MB")
    ledger.close()


def settle_all_but(last: int, source: Path, path: Path, count: int) -> None:
    """As a run would have: one text and one outcome a row."""
    import sqlite3

    with sqlite3.connect(path) as db, open_dataset(source) as dataset:
        for row in dataset:
            if row.position < count - last:
                text = f"The unit {row.position} has a clock."
                outcome = Outcome(row.id, Status.ACCEPTED, Reason.OK, text)
                db.execute(SAVE_TEXT, (text_key(text), text))
                db.execute(SETTLE, settle_parameters(RECIPE, content_key(row, READS), outcome))
    db.close()


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
    """Looks at the machine's processes at the first part and at the last."""

    def __init__(self) -> None:
        self.looks: list[tuple[int, float, dict[str, float]]] = []

    def tick(self, tally: Tally) -> None:
        if not self.looks or not tally.pending:
            self.looks.append((tally.settled, time.monotonic(), _cpu_of_kinds()))


_KINDS = {
    "Replica": "replicas",
    "_examined": "checks",
    "_read": "reading",
    "raylet": "Ray",
    "gcs_server": "Ray",
}


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
    (first, begun, before), *_, (last, ended, after) = seen.looks
    rows, wall = last - first, ended - begun
    print(f"{count:,} rows, {replicas} replicas: {rows / wall:,.0f} rows/s, load {os.getloadavg()[0]:.0f}")
    for kind, used in after.items():
        print(f"  {kind:<10}{1000 * (used - before.get(kind, 0)) / rows:8.2f} ms CPU a row")
    print(f"  driver at most {_used()[1]:.0f} MB")
    cluster.shutdown()


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


if __name__ == "__main__":
    part, *numbers = sys.argv[1:]
    with tempfile.TemporaryDirectory() as made:
        if part == "rows":
            rows(int(numbers[0]), Path(made))
        elif part == "ray":
            on_ray(*map(int, numbers), folder=Path(made))
        else:
            shards(*map(int, numbers), folder=Path(made))
