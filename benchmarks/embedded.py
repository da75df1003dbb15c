"""The seed's way against ours on the embedded model: same engine, same rows, one run, alternating.

    python benchmarks/embedded.py [--rows 144] [--in-flight 16] [--repeats 2]

The seed's way sends a batch, waits for the last of it and sends the next, and its tables were made
with prefix caching off. Ours keeps the same number in flight and reads a shared prompt prefix once.
Rows are those of examples/rtl.json with the built-in prompt and a mixed `max_tokens`; greedy, so that
all write the same texts. Loading is not counted. CPU is that of this process and the engine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtlglot.engines import Engine
from rtlglot.engines.openvino import OpenVinoEngine
from rtlglot.models import EMBEDDED
from rtlglot.prompts import load
from rtlglot.records import Pair, Reply, Request, Row, Sampling
from rtlglot.run.loop import run_loop

DATASET = Path(__file__).parents[1] / "examples" / "rtl.json"
Way = Callable[[Engine, Sequence[Request], int], Awaitable[list[Reply]]]


@dataclass
class Total:
    """What one way did over all repeats."""

    rows: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    tokens: int = 0

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.wall_s

    @property
    def rows_per_cpu_s(self) -> float:
        return self.rows / self.cpu_s


async def batches(engine: Engine, requests: Sequence[Request], in_flight: int) -> list[Reply]:
    """A barrier after each batch."""
    replies: list[Reply] = []
    for begin in range(0, len(requests), in_flight):
        batch = requests[begin : begin + in_flight]
        replies += await asyncio.gather(*(engine.generate(request) for request in batch))
    return replies


async def continuous(engine: Engine, requests: Sequence[Request], in_flight: int) -> list[Reply]:
    """A finished row makes room for the next one at once."""
    replies: list[Reply] = []

    async def work(request: Request) -> None:
        replies.append(await engine.generate(request))

    await run_loop(requests, work, in_flight=in_flight, stop=asyncio.Event(), drain_s=10)
    return replies


WAYS: list[tuple[str, Way, bool]] = [
    ("seed: batches, prefix caching off", batches, False),
    ("ours: continuous, warmed prefix", continuous, True),
    ("batches, prefix caching on", batches, True),
]


def make_requests(count: int) -> list[Request]:
    """The first rows of the examples, with the built-in prompt and a length of their own each."""
    prompt = load(Pair("instruction", "description"))
    rows = list(json.loads(DATASET.read_text()).items())
    lengths = random.Random(7)
    requests = []
    for n in range(count):
        row_id, fields = rows[n % len(rows)]
        if n >= len(rows):  # again, but no request is like another
            fields = {**fields, "instruction": f"{fields['instruction']} (Variant {n}.)"}
        max_tokens = min(128, max(16, int(lengths.lognormvariate(3.9, 0.6))))
        requests.append(Request(prompt.render(Row(row_id, fields, n)), Sampling(max_tokens, temperature=0.0)))
    return requests


def processor_s() -> float:
    """CPU seconds of this process and of the programs it started."""
    pids = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK") + time.process_time()


async def measure(way: Way, requests: Sequence[Request], in_flight: int, prefix_caching: bool) -> Total:
    """One way, once, on a fresh engine."""
    engine = OpenVinoEngine(EMBEDDED, {"prefix_caching": prefix_caching, "max_in_flight": in_flight})
    await engine.start()
    try:
        cpu, begun = processor_s(), time.perf_counter()
        replies = await way(engine, requests, in_flight)
        wall_s, cpu_s = time.perf_counter() - begun, processor_s() - cpu
    finally:
        await engine.aclose()
    assert len(replies) == len(requests)
    return Total(len(replies), wall_s, cpu_s, sum(reply.completion_tokens or 0 for reply in replies))


async def main() -> None:
    """Measures each way `--repeats` times, there and back, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=144)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=2)
    args = parser.parse_args()
    requests = make_requests(args.rows)
    totals = {name: Total() for name, _, _ in WAYS}
    for repeat in range(args.repeats):
        for name, way, prefix_caching in WAYS if repeat % 2 == 0 else WAYS[::-1]:
            once = await measure(way, requests, args.in_flight, prefix_caching)
            print(f"  {name:<36} {once.wall_s:6.1f} s  {once.cpu_s:6.1f} CPU s", flush=True)
            total = totals[name]
            total.rows += once.rows
            total.wall_s += once.wall_s
            total.cpu_s += once.cpu_s
            total.tokens += once.tokens
    print(f"\n{args.rows} rows, {args.in_flight} in flight, {args.repeats} repeats, {os.cpu_count()} cores")
    print(f"{'':<36} {'rows/s':>7} {'rows/CPU s':>11} {'tokens/s':>9} {'ratio':>7} {'CPU ratio':>10}")
    seed = totals[WAYS[0][0]]
    for name, total in totals.items():
        ratio, cpu_ratio = total.rows_per_s / seed.rows_per_s, total.rows_per_cpu_s / seed.rows_per_cpu_s
        print(
            f"{name:<36} {total.rows_per_s:7.2f} {total.rows_per_cpu_s:11.2f}"
            f" {total.tokens / total.wall_s:9.1f} {ratio:6.2f}x {cpu_ratio:9.2f}x"
        )
    ours, warm = totals[WAYS[1][0]], totals[WAYS[2][0]]
    print(f"with prefix caching on for both: {ours.rows_per_s / warm.rows_per_s:.2f}x rows/s")


if __name__ == "__main__":
    asyncio.run(main())
