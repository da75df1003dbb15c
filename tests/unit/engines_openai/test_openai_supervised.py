"""The engine under the loop and the supervisor, at an endpoint that limits, fails and dies: no row lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.server import Stub
from tests.unit.engines_openai.chats import ask

from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import EngineLost, RowError
from rtlglot.records import Reason, Reply
from rtlglot.run import supervise
from rtlglot.run.loop import run_loop
from rtlglot.run.supervise import Supervised


async def run(stub: Stub, rows: int, in_flight: int, **options: Any) -> dict[int, Reply | RowError]:
    """All rows through the loop; what each ended as."""
    engine = Supervised(OpenAiEngine("stub", {"base_url": stub.base_url, **options}), in_flight=in_flight)
    await engine.start()
    ended: dict[int, Reply | RowError] = {}

    async def work(number: int) -> None:
        assert number not in ended
        try:
            ended[number] = await engine.generate(ask(f"row {number}"))
        except RowError as error:
            ended[number] = error

    try:
        async with asyncio.timeout(120):
            done = await run_loop(range(rows), work, in_flight=in_flight, stop=asyncio.Event(), drain_s=1)
    finally:
        await engine.aclose()
    assert done
    assert len(ended) == rows
    return ended


async def test_an_endpoint_with_few_places_slows_the_run_and_fails_no_row(stub: Stub) -> None:
    stub.setup(capacity=10, delay_s=0.02)
    ended = await run(stub, rows=400, in_flight=64)
    assert all(isinstance(end, Reply) for end in ended.values())
    stats = stub.stats()
    assert stats["by_status"]["200"] == 400
    assert stats["by_status"]["429"] < 400, "it did not learn how many places there are"


async def test_faults_here_and_there_are_asked_again_and_nothing_else_is(stub: Stub) -> None:
    faults = [
        {"do": "status", "status": 429, "headers": {"Retry-After": "0.1"}, "share": 0.05},
        {"do": "status", "status": 500, "share": 0.05},
        {"do": "disconnect", "share": 0.03},
        {"do": "garbage", "share": 0.03},
        {"do": "cut", "share": 0.03},
        {"when": "row 55", "do": "hang", "times": 1},
        {"when": "row 7", "do": "status", "status": 400},
    ]
    stub.setup(rules=faults[-1:] + faults[:-1], delay_s=0.01)
    ended = await run(stub, rows=100, in_flight=32, timeout_s=2)
    bad = {7, *range(70, 80)}
    for number, end in ended.items():
        if number in bad:
            assert isinstance(end, RowError)
            assert end.reason is Reason.BAD_REQUEST
        else:
            assert isinstance(end, Reply)
    askings = stub.stats(askings=True)["askings"]
    assert all(askings[f"row {number}"] == 1 for number in bad)
    assert max(askings.values()) <= 5
    assert sum(askings.values()) > 100


@pytest.mark.parametrize("body", ['{"choices": {"0": 1}}', "[" * 5000, '{"choices": []}{"choices": []}'])
async def test_an_endpoint_that_says_no_reply_is_not_waited_for_half_an_hour(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervise, "_PATIENCE_WITH_NONSENSE_S", 0.1)
    stub.setup(rules=[{"do": "status", "status": 200, "body": body}])
    with pytest.raises(EngineLost, match="that is no reply"):
        await run(stub, rows=3, in_flight=2)


@pytest.mark.parametrize("seconds_down", [0.5])
async def test_an_endpoint_that_dies_in_the_middle_costs_no_row(seconds_down: float) -> None:
    with Stub.running(delay_s=0.05) as stub:
        running = asyncio.create_task(run(stub, rows=300, in_flight=16))
        while await asyncio.to_thread(lambda: stub.stats()["requests"]) < 80:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        stub.kill()
        await asyncio.sleep(seconds_down)
        stub.start()
        ended = await running
    assert all(isinstance(end, Reply) for end in ended.values())
