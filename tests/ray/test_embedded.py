"""The embedded engine on a cluster, a real model in each replica: killed, and exact afterwards.

100 s of CPU: RTLGLOT_EXPLORE=1 runs it.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rtlglot import models
from tests.ray.conftest import Work
from tests.ray.test_cluster import delivered
from tests.ray.test_kills import LONG, replicas

pytestmark = [
    pytest.mark.ray,
    pytest.mark.embedded,
    LONG,
    pytest.mark.skipif(models.find(models.EMBEDDED) is None, reason="the embedded model is not here"),
]

ROWS = 64
PROMPT = Path(__file__).parents[2] / "examples" / "one_sentence.md"
ENGINE = (
    "--model", models.EMBEDDED, "--set", "engine.threads=1", "--prompt", str(PROMPT),
    "--max-tokens", "32", "--check", "none",
)  # fmt: skip


def bought(work: Work) -> list[list[str]]:
    """The replies in each replica's ledger."""
    found = []
    for path in (work.folder / "ledgers").glob("*-replica-*.ledger"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            try:
                found.append([text for (text,) in db.execute("SELECT text FROM replies")])
            except sqlite3.OperationalError:  # its tables are being made
                found.append([])
    return found


def wait_for_replies(work: Work, more: int, job: subprocess.Popen[bytes]) -> None:
    """So many more, and some from each of two replicas."""
    before = sum(map(len, bought(work)))
    while job.poll() is None:
        counts = [len(replies) for replies in bought(work) if replies]
        if len(counts) >= 2 and sum(counts) >= before + more:
            return
        time.sleep(0.02)
    raise AssertionError("the job ended before it was to be killed")


@pytest.mark.timeout(600)
def test_the_embedded_engine_in_two_replicas_is_killed_twice_and_every_row_comes_out_once(work: Work) -> None:
    work = replace(work, count=ROWS, engine=ENGINE)
    work.make([])
    command = work.command("--replicas", "2", "--concurrency", "4")
    job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_replies(work, 10, job)
    os.kill(next(replicas(work)), signal.SIGKILL)
    wait_for_replies(work, 12, job)
    job.kill()
    job.wait()
    before = sum(map(len, bought(work)))

    summary = work.run("--replicas", "2", "--concurrency", "4")

    # What a model says depends on what else is in its batch: one machine need not say the same.
    found, replies = delivered(work.output), bought(work)
    assert (summary["total"], summary["pending"], set(found)) == (ROWS, 0, {f"r{n}" for n in range(ROWS)})
    assert all(reason in ("ok", "truncated") for _, reason, _ in found.values())
    texts = [str(text) for status, _, text in found.values() if status == "accepted"]
    assert texts
    assert all(any(text in reply for own in replies for reply in own) for text in texts)
    asked = before + summary["requests"]
    assert len([own for own in replies if own]) >= 2
    assert ROWS <= asked <= 2 * ROWS
    print(f"{asked - ROWS} replies beyond one a row, {len(texts)} texts accepted")
