"""The same rows at the same endpoint by five ways of using two processes: CPU seconds, from start to end.

    python benchmarks/cluster_beside.py [--rows 2000 20000] [--datatrove PYTHON]

Replicas of ours on a Ray cluster of two nodes on this machine, our shards with their merging, Ray Data's
`build_processor` for HTTP, `map_batches` with aiohttp on Ray Data, and datatrove's InferenceRunner (PYTHON is
that of an environment with datatrove, httpx and orjson). Each reads JSONL, asks for each row at an endpoint
in a process of its own that answers at once, and writes a file or folder. CPU is that of all processes but
the endpoint's, the idle cluster's too. A start costs much: the last column is the difference of the sizes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.server import Stub

WAYS = ("replicas", "shards", "build_processor", "map_batches", "datatrove")
_BATCH = 64
_MARK = "RTLGLOT_BENCHMARK"
_SYSTEM = "You describe hardware designs in one sentence."
_TROVE = """
import sys
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.inference.run_inference import InferenceConfig, InferenceRunner
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
folder, out, url, system = sys.argv[1:]

async def ask(document, generate):
    said = {"role": "user", "content": document.text}
    answer = await generate({"messages": [{"role": "system", "content": system}, said], "max_tokens": 64})
    return answer.text

if __name__ == "__main__":
    config = InferenceConfig(
        server_type="endpoint", model_name_or_path="stub", endpoint_url=url.removesuffix("/v1"),
        max_concurrent_generations=64,
    )
    reader = JsonlReader(folder, text_key="instruction")
    runner = InferenceRunner(ask, config, JsonlWriter(out, compression=None))
    LocalPipelineExecutor([reader, runner], tasks=2, workers=2, logging_dir=out + "-logs").run()
"""


def body(row: dict[str, Any]) -> dict[str, Any]:
    """A request."""
    said = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": row["instruction"]}]
    return {"model": "stub", "messages": said, "max_tokens": 64}


class Asking:
    """A batch's rows at once, as one would write it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __call__(self, batch: dict[str, Any]) -> Any:
        import asyncio

        import aiohttp

        async with aiohttp.ClientSession() as session:

            async def ask(text: str) -> str:
                async with session.post(self._url, json=body({"instruction": text})) as response:
                    answer = await response.json()
                return str(answer["choices"][0]["message"]["content"])

            texts = await asyncio.gather(*map(ask, batch["instruction"]))
        yield {"id": batch["id"], "description": list(texts)}


def of_ray(way: str, source: Path, out: Path, url: str, address: str) -> None:
    """In a process of its own: the rows by Ray Data alone."""
    import ray
    import ray.data
    from ray.data.llm import HttpRequestProcessorConfig, build_processor

    ray.init(address, log_to_driver=False)
    data, url = ray.data.read_json(str(source)), f"{url}/chat/completions"
    if way == "build_processor":
        config = HttpRequestProcessorConfig(url=url, batch_size=_BATCH, concurrency=2)

        def answered(row: dict[str, Any]) -> dict[str, Any]:
            return {"id": row["id"], "description": row["http_response"]["choices"][0]["message"]["content"]}

        data = build_processor(config, lambda row: {"id": row["id"], "payload": body(row)}, answered)(data)
    else:
        data = data.map_batches(
            Asking, fn_constructor_args=(url,), batch_size=_BATCH, compute=ray.data.ActorPoolStrategy(size=2)
        )
    data.write_parquet(str(out))


def commands(way: str, folder: Path, out: Path, url: str, address: str, trove: str) -> list[list[list[str]]]:
    """What a way runs: one after another, those of a list side by side."""
    own = [
        sys.executable, "-m", "rtlglot", "transform", "--from", "instruction", "--to", "description",
        "--prompt", str(folder / "prompt.md"), "--model", "stub", "--engine", "openai", "--base-url", url,
        "--check", "none", "--no-report", "--concurrency", str(2 * _BATCH),
    ]  # fmt: skip
    if way == "replicas":
        more = ["--cluster", address, "--replicas", "2", "--ledger-dir", str(folder / "ledgers")]
        return [[[*own, str(folder / "in"), "-o", str(out), *more]]]
    if way == "shards":
        words = [*own, str(folder / "in.jsonl"), "-o", f"{out}.jsonl"]
        merging = [sys.executable, "-m", "rtlglot", "merge", f"{out}.1-of-2.jsonl"]
        return [[[*words, "--shard", f"{n}/2"] for n in (1, 2)], [merging]]
    if way == "datatrove":
        return [[[trove, str(folder / "trove.py"), str(folder / "in"), str(out), url, _SYSTEM]]]
    return [[[sys.executable, __file__, "--way", way, str(folder / "in"), str(out), url, address]]]


class Spending(threading.Thread):
    """Looks five times a second at what the processes that have a mark in their environment have used; Ray's
    processes are nobody's children, and who waits for them differs."""

    def __init__(self) -> None:
        """What was started before is not looked at."""
        super().__init__(daemon=True)
        os.environ[_MARK] = self._mark = secrets.token_hex(8)
        self._ours: dict[tuple[str, str], bool] = {}
        self._used: dict[tuple[str, str], int] = {}

    def run(self) -> None:
        while True:
            self.look()
            time.sleep(0.2)

    def look(self) -> float:
        """CPU seconds so far."""
        for process in Path("/proc").iterdir():
            if not process.name.isdecimal() or process.name == str(os.getpid()):
                continue
            with contextlib.suppress(OSError):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                key = (process.name, fields[19])
                if key not in self._ours:
                    self._ours[key] = f"{_MARK}={self._mark}".encode() in (process / "environ").read_bytes()
                if self._ours[key]:
                    self._used[key] = int(fields[11]) + int(fields[12])
        return sum(list(self._used.values())) / os.sysconf("SC_CLK_TCK")


def measured(sequence: Sequence[Sequence[list[str]]], spending: Spending) -> tuple[float, float]:
    """CPU and wall seconds."""
    before, begun = spending.look(), time.monotonic()
    for together in sequence:
        quiet = subprocess.DEVNULL
        started = [subprocess.Popen(each, stdout=quiet, stderr=subprocess.PIPE) for each in together]
        for each in started:
            told = each.communicate()[1]
            if each.returncode:
                sys.exit(f"{each.args!r} ended with {each.returncode}: {told[-2000:].decode()}")
    return spending.look() - before, time.monotonic() - begun


def fill(folder: Path, rows: int) -> None:
    """The input: a file, and two in a folder."""
    lines = [
        json.dumps({"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."}) + "\n"
        for n in range(rows)
    ]
    (folder / "in").mkdir(parents=True)
    (folder / "in.jsonl").write_text("".join(lines))
    for name, part in (("a", lines[: rows // 2]), ("b", lines[rows // 2 :])):
        (folder / "in" / f"{name}.jsonl").write_text("".join(part))
    front = "---\nfrom: instruction\nto: description\nmax_tokens: 64\n---\n"
    (folder / "prompt.md").write_text(
        f"{front}\n# system\n\n{_SYSTEM}\n\n# user\n\n{{{{ row.instruction }}}}\n"
    )
    (folder / "trove.py").write_text(_TROVE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[2000, 20_000])
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--datatrove", metavar="PYTHON", default="")
    parser.add_argument("--way", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        way, source, out, url, address = given.way
        of_ray(way, Path(source), Path(out), url, address)
        return
    ways = [way for way in given.ways if way != "datatrove" or given.datatrove]
    with tempfile.TemporaryDirectory() as made, Stub.running() as stub:
        for line in lines(given.rows, ways, Path(made), stub, given.datatrove):
            print(line, flush=True)


def lines(sizes: list[int], ways: list[str], made: Path, stub: Stub, trove: str) -> Iterator[str]:
    """The table."""
    from ray.cluster_utils import Cluster

    spending = Spending()
    spending.start()
    size = {"num_cpus": 4, "object_store_memory": 200 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
    cluster.add_node(**size)
    for rows in sizes:
        fill(made / str(rows), rows)
    yield f"| way | {' | '.join(f'{rows:,} rows: CPU s (s, load)' for rows in sizes)} | CPU ms a row |"
    yield "|---" * (len(sizes) + 2) + "|"
    for way in ways:
        cells, cpus = [], []
        for rows in sizes:
            stub.setup(words=20)
            folder = made / str(rows)
            calls = commands(way, folder, folder / way, stub.base_url, cluster.address, trove)
            cpu, wall = measured(calls, spending)
            assert stub.stats()["by_status"] == {"200": rows}, stub.stats()["by_status"]
            cpus.append(cpu)
            cells.append(f"{cpu:.1f} ({wall:.0f}, {os.getloadavg()[0]:.0f})")
        each = 1000 * (cpus[-1] - cpus[0]) / (sizes[-1] - sizes[0]) if len(sizes) > 1 else 0
        yield f"| {way} | {' | '.join(cells)} | {each:.2f} |"
    cluster.shutdown()


if __name__ == "__main__":
    main()
