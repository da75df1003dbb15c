"""SIGKILL under a job on a cluster: a worker's process, then the driver's. What comes out is exact."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import EXPLORE
from tests.ray.conftest import RULES, Work
from tests.ray.test_cluster import delivered, one_machine

pytestmark = pytest.mark.ray
LONG = pytest.mark.skipif(not EXPLORE, reason="minutes; RTLGLOT_EXPLORE=1 runs it")


def replicas(work: Work) -> Iterator[int]:
    """The processes that have one of the job's ledgers open."""
    for process in Path("/proc").iterdir():
        try:
            held = process.name.isdecimal() and [os.readlink(each) for each in (process / "fd").iterdir()]
        except OSError:
            continue
        if held and any(str(work.folder / "ledgers") in each for each in held):
            yield int(process.name)


def wait_for_askings(work: Work, count: int, job: subprocess.Popen[bytes]) -> None:
    while len(work.asked()) < count and job.poll() is None:
        time.sleep(0.02)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("count", "rounds"), [(200, 1), pytest.param(2000, 10, marks=LONG)])
def test_workers_and_drivers_are_killed_and_nothing_is_lost_or_twice(
    work: Work, count: int, rounds: int
) -> None:
    work = replace(work, count=count)
    work.make(RULES)
    draw = random.Random(5)
    command = work.command("--replicas", "2", "--concurrency", "8")
    share = count // (rounds + 1)

    for _ in range(rounds):
        before = len(work.asked())
        job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_askings(work, before + draw.randrange(share // 5, share // 2), job)
        os.kill(draw.choice(list(replicas(work))), signal.SIGKILL)
        wait_for_askings(work, before + draw.randrange(share // 2 + 1, share), job)
        assert job.poll() is None, "the kills came too late to mean anything"
        job.kill()
        job.wait()
    summary = work.run("--replicas", "1", "--concurrency", "8")

    assert (summary["pending"], summary["total"]) == (0, count)
    assert delivered(work.output) == one_machine(work)
    assert not (work.output / "_tries").exists()
    assert set(work.asked()) == {f"r{n}" for n in range(count)}
    print(f"{len(work.asked()) - count} askings beyond one a row")


_ANSWERS = """
import os, pathlib, signal
from rtlglot.errors import EngineDead

FOLDER = pathlib.Path({folder!r})

def answer(request):
    with (FOLDER / "asked").open("a") as log:
        log.write(request.row_id + " ")
    if len((FOLDER / "asked").read_text().split()) < 5:
        raise EngineDead("as it was asked to")
    if request.row_id == "r13":
        os.kill(os.getpid(), signal.SIGKILL)
    return "The unit has one clock and one output."
"""


@pytest.mark.timeout(600)
def test_an_engine_that_is_lost_comes_back_and_a_row_that_kills_its_process_is_poison(work: Work) -> None:
    work = replace(work, count=24)
    work.make(RULES)
    (work.folder / "answers.py").write_text(_ANSWERS.format(folder=str(work.folder)))

    summary = work.run("--replicas", "1", "--model", f"{work.folder / 'answers.py'}:answer")

    assert (summary["accepted"], summary["pending"]) == (23, 0)
    assert delivered(work.output)["r13"][:2] == ("failed", "poison")
    assert (work.folder / "asked").read_text().split().count("r13") <= 5
