"""A job on a cluster whose input and output lie at URLs, read from another folder as one that lies here."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rtlglot.cli import main
from rtlglot.formats import open_dataset
from tests.ray.conftest import RULES, Work
from tests.ray.test_cluster import delivered, one_machine

pytestmark = pytest.mark.ray


def goes_on_at(work: Work, parts: Callable[[], int]) -> None:
    """A job in a store: its driver is killed when there are parts, it is run again, and then read."""
    alone = replace(work, store="", source="rows.jsonl")
    alone.make(RULES)
    command = work.command("--replicas", "2", "--concurrency", "4")
    job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=work.folder)
    while not parts() and job.poll() is None:
        time.sleep(0.05)
    job.kill()
    job.wait()
    out = f"{work.store}/out"

    def said(*words: str) -> dict[str, Any]:
        told = io.StringIO()
        with contextlib.chdir(work.folder), contextlib.redirect_stdout(told):
            assert main([*words, "--json"]) == 0
        found: dict[str, Any] = json.loads(told.getvalue())
        return found

    halfway = said("status", out)
    assert halfway["state"] == "killed"
    summary = work.run("--replicas", "1")
    assert (summary["total"], summary["pending"]) == (work.count, 0)
    assert summary["kept"] >= work.count - halfway["pending"] > 0
    assert delivered(out) == one_machine(alone)
    assert said("report", out)["total"] == said("compare", out, out)["common"] == work.count
    assert said("status", out)["state"] == "done"
    said("export", out, "--format", "openai", "-o", "sft.jsonl")
    accepted = sum(ended[0] == "accepted" for ended in delivered(out).values())
    assert len((work.folder / "sft.jsonl").read_text().splitlines()) == accepted == summary["accepted"]


@pytest.mark.timeout(600)
def test_a_job_at_urls_goes_on_and_is_read_as_one_that_lies_here(work: Work) -> None:
    work = replace(work, count=120, source="in", store=work.folder.as_uri())
    work.make(RULES)
    work = replace(work, source="in/*.jsonl")
    goes_on_at(work, lambda: len(list(work.output.glob("*.parquet"))))
    left = {path.name for path in work.output.iterdir()} - {"_ledger", "_manifest.json"}
    assert all(name.endswith(".parquet") for name in left)
    assert [row.id for row in open_dataset(f"{work.store}/in/a*.jsonl")][:2] == ["r20", "r21"]
