"""`rtlglot serve` under load: many clients, workers that are killed, hostile clients, memory.

    python benchmarks/serve.py [--clients 8] [--requests 500] [--more 10000] [--problems 6] [--data FILE]

The replies are reward.py's: references of VerilogEval (right), mutants that are proved different, and
forgers. `--requests` of each client, with `kill -9` of a worker three times; then `--more` in all, most of
them known; then a slow client, a body of 100 MB, garbage, and a right reply once more. Ends with 1 where
any answer is wrong, or memory grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from reward import DATA, corpus

URL = "http://served"
VARIANTS = 4
Item = tuple[dict[str, Any], bool]
"""A request to /grade, and whether its reply is right."""


async def items(options: argparse.Namespace) -> list[Item]:
    """Every text of the corpus, each as so many texts of their own."""
    lines = [json.loads(line) for line in options.data.read_text().splitlines()]
    rows = [{"reference": line["ref"], "testbench": line["test"]} for line in lines]
    chosen = rows[:: max(1, len(rows) // options.problems)][: options.problems]
    return [
        ({"items": [{"reply": f"{text}// {number}\n", **row}]}, kind == "right")
        for kind, text, row in await corpus(chosen, 2)
        for number in range(VARIANTS)
    ]


async def client(http: aiohttp.ClientSession, asked: Sequence[Item], took: list[float]) -> int:
    """Ask one after the other; how many answers are wrong."""
    wrong = 0
    for body, right in asked:
        begun = time.perf_counter()
        async with http.post(f"{URL}/grade", json=body) as answer:
            told = await answer.json()
        took.append(time.perf_counter() - begun)
        wrong += answer.status != 200 or (told["grades"][0]["reward"] == 1.0) != right
    return wrong


async def killer(pid: int, times: int) -> int:
    """Kill a worker again and again, each time one that stands; how many."""
    done = 0
    while done < times:
        await asyncio.sleep(2)
        if found := workers(pid):
            os.kill(random.choice(found), signal.SIGKILL)
            done += 1
    return done


def workers(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(c) for c in children if b"rtlglot.sandbox" in Path(f"/proc/{c}/cmdline").read_bytes()]


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_s(pid: int) -> float:
    """Of the server with all children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


async def load(http: aiohttp.ClientSession, name: str, asked: Sequence[Item], clients: int, pid: int) -> int:
    """So many clients at once; prints what it took."""
    took: list[float] = []
    begun, used = time.perf_counter(), cpu_s(pid)
    shares = [asked[number::clients] for number in range(clients)]
    wrong = sum(await asyncio.gather(*(client(http, share, took) for share in shares)))
    ranked = [1e3 * each for each in statistics.quantiles(took, n=20)]
    print(
        f"{name}: {len(asked)} requests, {wrong} answered wrong, {time.perf_counter() - begun:.1f} s,", end=""
    )
    print(
        f" server {cpu_s(pid) - used:.1f} CPU s, p50 {ranked[9]:.0f} ms, p95 {ranked[18]:.0f} ms", flush=True
    )
    return wrong


async def hostile(http: aiohttp.ClientSession, path: str) -> None:
    """What becomes of clients that mean no good."""
    for name, data in (("100 MB", b"x" * (100 << 20)), ("garbage", b"\xff\x00{"), ("deep", b"[" * 100_000)):
        try:
            async with http.post(f"{URL}/grade", data=data) as answer:
                print(f"{name}: {answer.status} {(await answer.json())['error']}")
        except aiohttp.ClientError as error:
            print(f"{name}: the connection is closed ({type(error).__name__})")
    slow = [await asyncio.open_unix_connection(path) for _ in range(50)]
    for _, writer in slow:
        writer.write(b"POST /grade HTTP/1.1\r\nContent-Length: 9\r\n")
    begun = time.perf_counter()
    ended = await asyncio.gather(*(asyncio.wait_for(r.read(), 60) for r, _ in slow), return_exceptions=True)
    left = sum(isinstance(one, TimeoutError) for one in ended)
    print(f"50 slow clients: {50 - left} are closed after {time.perf_counter() - begun:.1f} s")


async def measure(options: argparse.Namespace, folder: str) -> bool:
    known = await items(options)
    path = f"{folder}/socket"
    command = ["-m", "rtlglot", "serve", "--socket", path, "--ledger", f"{folder}/v.ledger", "--slow-s", "3"]
    server = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert server.stdout is not None
    await server.stdout.readline()
    endless = itertools.cycle(random.Random(1).sample(known, len(known)))
    connector = aiohttp.UnixConnector(path, limit=100)
    async with aiohttp.ClientSession(connector=connector) as http:
        asked = list(itertools.islice(endless, options.clients * options.requests))
        print(f"{len(known)} different texts")
        killing = asyncio.create_task(killer(server.pid, 3))
        wrong = await load(http, "with kill -9", asked, options.clients, server.pid)
        killing.cancel()
        before = rss_mb(server.pid)
        more = list(itertools.islice(endless, options.more))
        wrong += await load(http, "more", more, options.clients, server.pid)
        after = rss_mb(server.pid)
        print(f"resident memory {before:.0f} MB before, {after:.0f} MB after")
        await hostile(http, path)
        wrong += await load(http, "after that", known[:8], 1, server.pid)
    server.send_signal(signal.SIGTERM)
    print(f"SIGTERM: ended with {await server.wait()}")
    return bool(wrong) or after > 1.1 * before


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--requests", type=int, default=500, help="of each client")
    parser.add_argument("--more", type=int, default=10_000)
    parser.add_argument("--problems", type=int, default=6)
    parser.add_argument("--data", type=Path, default=DATA)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(parser.parse_args(), folder))


if __name__ == "__main__":
    raise SystemExit(main())
