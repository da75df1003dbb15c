"""What a row costs at an endpoint: our engine against bare aiohttp and the plain `openai` client.

    python benchmarks/endpoint.py [--rows 5000] [--in-flight 256] [--delay-ms 20] [--rounds 3]

The endpoint (tests.server) is a process of its own, and so is each client, so that a client's CPU
seconds are its own. In each round every client does the same rows; the order turns from round to round.
Wall time on a busy machine says little; CPU time carries over.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.server import Stub  # noqa: E402

from rtlglot.records import Message, Request, Sampling  # noqa: E402

SYSTEM = "You are an expert in digital design. Describe what is asked for in one paragraph. " * 20
REPLY_WORDS = 100
MAX_TOKENS = 256
CLIENTS = ("aiohttp", "engine", "supervised", "openai")
Work = Callable[[Request], Awaitable[None]]


def request(number: int) -> Request:
    """A row of the seed's shape: a shared system message, an instruction of some 60 words."""
    text = f"[row {number}] design a synchronous counter with enable, reset and a terminal count flag; " * 4
    messages = (Message("system", SYSTEM), Message("user", text))
    return Request(messages, Sampling(max_tokens=MAX_TOKENS, seed=number), row_id=f"r{number}")


async def in_flight(work: Work, rows: int, most: int) -> None:
    """N at a time, nothing else."""
    numbers = iter(range(rows))

    async def worker() -> None:
        for number in numbers:
            await work(request(number))

    await asyncio.gather(*(worker() for _ in range(most)))


async def bare_aiohttp(url: str, rows: int, most: int) -> None:
    """The loop a person would write: no retries, no errors, no lengths."""
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=most)) as session:

        async def work(row: Request) -> None:
            body = {
                "model": "stub",
                "messages": [{"role": m.role, "content": m.content} for m in row.messages],
                "max_tokens": row.sampling.max_tokens,
                "seed": row.sampling.seed,
            }
            async with session.post(url + "/chat/completions", json=body) as response:
                answer = await response.json()
            assert answer["choices"][0]["message"]["content"]

        await in_flight(work, rows, most)


async def plain_openai(url: str, rows: int, most: int) -> None:
    """The official client as it comes; it keeps up to 1,000 connections."""
    import openai

    async with openai.AsyncOpenAI(base_url=url, api_key="x", max_retries=5, timeout=600) as client:

        async def work(row: Request) -> None:
            answer = await client.chat.completions.create(
                model="stub",
                messages=[{"role": m.role, "content": m.content} for m in row.messages],  # type: ignore[misc]
                max_tokens=row.sampling.max_tokens,
                seed=row.sampling.seed,
            )
            assert answer.choices[0].message.content

        await in_flight(work, rows, most)


async def our_engine(url: str, rows: int, most: int) -> None:
    """The engine alone."""
    from rtlglot.engines.openai.engine import OpenAiEngine

    engine = OpenAiEngine("stub", {"base_url": url})
    await engine.start()

    async def work(row: Request) -> None:
        assert (await engine.generate(row)).text

    await in_flight(work, rows, most)
    await engine.aclose()


async def supervised(url: str, rows: int, most: int) -> None:
    """The engine as a run uses it: the loop, and the supervisor with its retries and adaptive gate."""
    from rtlglot.engines.openai.engine import OpenAiEngine
    from rtlglot.run.loop import run_loop
    from rtlglot.run.supervise import Supervised

    engine = Supervised(OpenAiEngine("stub", {"base_url": url}), in_flight=most)
    await engine.start()

    async def work(number: int) -> None:
        assert (await engine.generate(request(number))).text

    await run_loop(range(rows), work, in_flight=most, stop=asyncio.Event(), drain_s=10)
    await engine.aclose()


RUN = {"aiohttp": bare_aiohttp, "engine": our_engine, "supervised": supervised, "openai": plain_openai}


def client(name: str, url: str, rows: int, most: int) -> None:
    """In the client's own process: do the rows, print what they took. Imports are not counted."""
    asyncio.run(RUN[name](url, 50, 10))
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    asyncio.run(RUN[name](url, rows, most))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps({"wall_s": time.perf_counter() - begun, "cpu_s": cpu_s, "rss_mib": after.ru_maxrss / 1024})
    )


def measure(name: str, stub: Stub, options: argparse.Namespace) -> dict[str, float]:
    """One client once."""
    stub.setup(delay_s=options.delay_ms / 1000, words=REPLY_WORDS)
    arguments = ["--client", name, "--url", stub.base_url]
    arguments += ["--rows", str(options.rows), "--in-flight", str(options.in_flight)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    counts = stub.stats()
    assert counts["by_status"] == {"200": options.rows + 50}, counts["by_status"]
    return {**figures, "peak": counts["peak"], "connections": counts["connections"]}


def report(results: dict[str, list[dict[str, float]]], rows: int) -> None:
    """A Markdown table: medians over the rounds, ratios within each round."""
    print("| client | CPU ms/row | × aiohttp | rows/s | × aiohttp | RSS MiB | peak in flight |")
    print("|---|---|---|---|---|---|---|")
    bare = results["aiohttp"]
    for name, rounds in results.items():
        cpu_ms = statistics.median(1000 * r["cpu_s"] / rows for r in rounds)
        cpu = statistics.median(r["cpu_s"] / b["cpu_s"] for r, b in zip(rounds, bare, strict=True))
        rate = statistics.median(rows / r["wall_s"] for r in rounds)
        speed = statistics.median(b["wall_s"] / r["wall_s"] for r, b in zip(rounds, bare, strict=True))
        rss, peak = max(r["rss_mib"] for r in rounds), max(r["peak"] for r in rounds)
        print(f"| {name} | {cpu_ms:.2f} | {cpu:.2f} | {rate:.0f} | {speed:.2f} | {rss:.0f} | {peak:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--delay-ms", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        client(options.client, options.url, options.rows, options.in_flight)
        return
    names = [name for name in CLIENTS if name != "openai" or importlib.util.find_spec("openai")]
    if "openai" not in names:
        print("the plain client is left out: pip install openai", file=sys.stderr)
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with Stub.running() as stub:
        for number in range(options.rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                results[name].append(measure(name, stub, options))
                print(f"round {number + 1}: {name}: {results[name][-1]}", file=sys.stderr)
    print(
        f"{options.rows} rows, {options.in_flight} in flight, {options.delay_ms:g} ms at the endpoint, "
        f"median of {options.rounds} rounds, {os.cpu_count()} cores, Python {sys.version.split()[0]}"
    )
    report(results, options.rows)


if __name__ == "__main__":
    main()
