"""Texts that share a fork: what keeps them from each other."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from rtlglot.sandbox import Ended, ForkBox, open_box
from rtlglot.sandbox.tame import tame

PROBES = "sandbox_probes"


@pytest.fixture
async def box() -> Any:
    async with open_box(workers=2) as box:
        yield box


def children(results: Any) -> int:
    """How many forks the results come from: what shares one has its CPU time in common."""
    return len({result.cpu_s for result in results})


async def test_a_clean_batch_shares_a_child(box: ForkBox) -> None:
    results = await box.run_many(f"{PROBES}:chatty", [{"n": n} for n in range(20)], cpu_s=20)
    assert [result.value for result in results] == list(range(20))
    assert children(results) == 1


@pytest.mark.parametrize("tool", ["crashing", "chatty", "raising", "leaving", "hungry"])
async def test_an_odd_batch_is_run_again_singly(box: ForkBox, tool: str) -> None:
    many = [{"n": n, "bad": n == 3} for n in range(8)]
    results = await box.run_many(f"{PROBES}:{tool}", many, cpu_s=20)
    good = [result for n, result in enumerate(results) if n != 3]
    assert [result.value for result in good] == [0, 1, 2, 4, 5, 6, 7]
    assert children(results) > 1


async def test_a_crash_in_a_batch_is_the_crash_of_one(box: ForkBox) -> None:
    many = [{"n": n, "bad": n == 3} for n in range(8)]
    results = await box.run_many(f"{PROBES}:crashing", many, cpu_s=20)
    assert [result.ended for result in results].count(Ended.CRASH) == 1
    assert results[3].ended is Ended.CRASH


async def test_a_hang_in_a_batch_is_the_hang_of_one(box: ForkBox) -> None:
    many = [{"n": n, "bad": n == 1} for n in range(4)]
    results = await box.run_many(f"{PROBES}:hanging", many, cpu_s=1.0)
    assert [result.ended for result in results] == [Ended.OK, Ended.TIMEOUT, Ended.OK, Ended.OK]


async def test_a_text_that_changes_the_child_changes_no_neighbours_answer(box: ForkBox) -> None:
    # the tool counts what it has seen: answers in a shared child depend on who came before
    results = await box.run_many(f"{PROBES}:stateful", [{"n": n} for n in range(5)], cpu_s=20)
    assert [result.value for result in results] == [1, 1, 1, 1, 1]
    assert children(results) > 1


@pytest.mark.parametrize("place", [0, 2, 5])
async def test_a_text_that_takes_over_the_child_forges_no_answer_but_its_own(
    box: ForkBox, place: int
) -> None:
    many = [{"n": n, "bad": n == place} for n in range(6)]
    results = await box.run_many(f"{PROBES}:takes_over", many, cpu_s=20)
    assert [result.value for n, result in enumerate(results) if n != place] == ["honest"] * 5


async def test_waiting_texts_are_gathered(box: ForkBox) -> None:
    await box.run(f"{PROBES}:who", {}, cpu_s=20)
    asked = (box.shared(f"{PROBES}:chatty", {"n": n}, cpu_s=20) for n in range(100))
    results = await asyncio.gather(*asked)
    assert [result.value for result in results] == list(range(100))
    assert children(results) <= 4


async def test_without_sharing_every_text_has_its_own_child() -> None:
    async with open_box(workers=2, share=False) as box:
        asked = (box.shared(f"{PROBES}:chatty", {"n": n}, cpu_s=20) for n in range(6))
        results = await asyncio.gather(*asked)
        many = await box.run_many(f"{PROBES}:chatty", [{"n": n} for n in range(6)], cpu_s=20)
    assert children([*results, *many]) > 6


async def test_the_same_question_is_answered_from_memory(box: ForkBox) -> None:
    first = await box.shared(f"{PROBES}:who", {"n": 1}, cpu_s=20)
    again = await box.shared(f"{PROBES}:who", {"n": 1}, cpu_s=20)
    other = await box.shared(f"{PROBES}:who", {"n": 2}, cpu_s=20)
    assert first.value == again.value != other.value


async def test_a_failure_is_not_remembered(box: ForkBox) -> None:
    for _ in range(2):
        start = time.monotonic()
        result = await box.shared(f"{PROBES}:hang", {}, cpu_s=0.4)
        assert result.ended is Ended.TIMEOUT
        assert time.monotonic() - start > 0.3


@pytest.mark.parametrize(
    ("text", "is_tame"),
    [
        ("module m(input a, output b); assign b = a; endmodule", True),
        ("x" * 20_000, False),
        ("assign y = " + "a+" * 2500 + "a;", False),
        ("a;" * 3000, True),
        ("a\\u0000b", False),
        ("a\\u001bb", False),
    ],
)
def test_tame_texts(text: str, is_tame: Any) -> None:
    assert tame(text) is is_tame


async def test_a_text_that_is_not_tame_never_shares(box: ForkBox) -> None:
    wild = "+a" * 5000
    asked = [box.shared(f"{PROBES}:chatty", {"n": n, "text": wild}, cpu_s=20) for n in range(4)]
    results = await asyncio.gather(*asked)
    assert children(results) > 1


async def test_a_cancelled_text_leaves_its_batch_to_the_others(box: ForkBox) -> None:
    tasks = [asyncio.create_task(box.shared(f"{PROBES}:chatty", {"n": n}, cpu_s=20)) for n in range(5)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    results: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[2], asyncio.CancelledError)
    assert [r.value for n, r in enumerate(results) if n != 2] == [0, 1, 3, 4]


async def test_a_hungry_text_is_odd_whoever_started_the_sandbox() -> None:
    # the peak memory that the kernel reports of a program includes that of what started it
    bytearray(b"x") * (600 << 20)
    async with open_box(workers=1) as box:
        many = [{"n": n, "bad": n == 3} for n in range(8)]
        assert children(await box.run_many(f"{PROBES}:hungry", many, cpu_s=20)) > 1
