"""A cluster of two nodes, each a set of processes on this machine with a GPU that is there in name only."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_MODULE_CLUSTER = """
import sys
from ray.cluster_utils import Cluster
size = {"num_cpus": 2, "num_gpus": 1, "object_store_memory": 80 << 20}
cluster = Cluster(initialize_head=True, head_node_args={**size, "include_dashboard": False})
for _ in sys.argv[2:]:
    cluster.add_node(**size)
print(cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of the cluster."""
    with a_cluster() as address:
        yield address


@contextlib.contextmanager
def a_cluster(nodes: int = 2) -> Iterator[str]:
    """In a process of its own: this one imports no Ray."""
    if find_spec("ray") is None:
        pytest.skip("Ray is not installed (the extra ray)")
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0"}
    command = [sys.executable, "-c", _MODULE_CLUSTER, *map(str, range(nodes))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


def rows(count: int) -> list[str]:
    """The input's lines."""
    made = ({"id": f"r{n}", "instruction": f"Design the unit {n} with a clock."} for n in range(count))
    return [json.dumps(row) + "\n" for row in made]


@dataclass(frozen=True)
class Work:
    """A job: rows, a script that answers them, and its command."""

    folder: Path
    address: str
    count: int
    source: str = "in.jsonl"
    store: str = ""
    """URL of the folder that input and output lie in; else it is `folder`."""
    engine: tuple[str, ...] = ()
    """Its flags; else the script answers, and keeps a log."""

    @property
    def output(self) -> Path:
        return self.folder / "out"

    def make(self, rules: list[dict[str, Any]]) -> None:
        lines = rows(self.count)
        if self.source.endswith(".jsonl"):
            (self.folder / self.source).write_text("".join(lines))
        else:
            (self.folder / self.source).mkdir()
            for name, part in (("b", lines[:20]), ("a", lines[20:])):
                (self.folder / self.source / f"{name}.jsonl").write_text("".join(part))
        (self.folder / "script.jsonl").write_text("".join(json.dumps(rule) + "\n" for rule in rules))

    def command(self, *more: str, output: str = "out", cluster: bool = True) -> list[str]:
        scripted = ["--engine", "scripted", "--model", str(self.folder / "script.jsonl")]
        scripted += ["--set", f"engine.log={self.folder / 'asked.jsonl'}"]
        words = [
            sys.executable, "-m", "rtlglot", "transform", f"{self.store or self.folder}/{self.source}",
            "--from", "instruction", "--to", "description", *(self.engine or scripted), "--no-report",
            "--json", "-o", f"{self.store or self.folder}/{output}",
        ]  # fmt: skip
        there = ["--cluster", self.address, "--ledger-dir", str(self.folder / "ledgers")]
        return [*words, *(there if cluster else []), *more]

    def run(self, *more: str) -> dict[str, Any]:
        words = self.command(*more)
        done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr[-3000:]
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def asked(self) -> list[str]:
        """Ids of the rows that the engines were asked about, in their order."""
        log = self.folder / "asked.jsonl"
        return [json.loads(line)["row_id"] for line in log.read_text().splitlines()] if log.exists() else []


RULES = [
    {"when": r"unit \d*3 ", "reply": "", "delay_s": [0.001, 0.02]},
    {"when": r"unit \d*7 ", "reply": "The unit is cut", "finish": "length", "delay_s": [0.001, 0.02]},
    {"when": r"unit (?P<n>\d+) ", "reply": "The unit {{ n }} has a clock.", "delay_s": [0.001, 0.02]},
]
"""A fifth of the rows fail, one way or another."""


@pytest.fixture
def work(tmp_path: Path, address: str) -> Work:
    return Work(tmp_path, address, 200)
