"""Money: what is spent, and the stop before it is too much."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.server import Stub
from tests.unit.engines_openai.chats import Started, ask, until

from rtlglot.engines.openai.cost import CostMeter
from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import BudgetSpent, RowError, TransientError, UsageError

PRICES = {"price_in": 1.0, "price_out": 10.0}
"""A reply of the stub to two words: 10 prompt tokens and 20 reply tokens."""
REPLY_COST = 210e-6


async def test_what_replies_cost(stub: Stub, started: Started) -> None:
    async with started(**PRICES) as engine:
        for number in range(3):
            await engine.generate(ask(f"row {number} of three"))
    assert engine.cost is not None
    assert engine.cost.spent == pytest.approx(3 * (12 + 200) * 1e-6)
    assert engine.cost.set_aside == 0


async def test_a_run_stops_before_it_costs_too_much_and_uses_the_rest(stub: Stub, started: Started) -> None:
    stub.setup(delay_s=0.01)
    budget = 40 * REPLY_COST
    done = 0
    async with started(**PRICES, max_cost=budget) as engine:

        async def worker(name: int) -> None:
            nonlocal done
            for number in range(100):
                await engine.generate(ask(f"{name} {number}"))
                done += 1

        results = await asyncio.gather(*(worker(name) for name in range(8)), return_exceptions=True)
    assert engine.cost is not None
    assert all(isinstance(result, BudgetSpent) for result in results)
    assert "max_cost" in str(results[0])
    assert "resumes" in results[0].hint  # type: ignore[union-attr]
    assert engine.cost.spent <= budget
    assert engine.cost.spent == pytest.approx(done * REPLY_COST, rel=0.01)
    # Each worst case is 50 reply tokens and every byte of the prompt: less than three more would fit.
    assert engine.cost.spent > budget - 3 * REPLY_COST
    assert stub.stats()["requests"] == done
    assert stub.stats()["peak"] > 1


async def test_a_budget_too_small_for_one_request_sends_none(stub: Stub, started: Started) -> None:
    async with started(**PRICES, max_cost=1e-5) as engine:
        with pytest.raises(BudgetSpent):
            await engine.generate(ask("row 1"))
    assert stub.stats()["requests"] == 0


async def test_what_the_endpoint_refused_cost_nothing(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"when": "bad", "do": "status", "status": 400}, {"do": "status", "status": 500}])
    async with started(**PRICES) as engine:
        with pytest.raises(RowError):
            await engine.generate(ask("bad"))
        with pytest.raises(TransientError):
            await engine.generate(ask("row"))
    assert engine.cost is not None
    assert (engine.cost.spent, engine.cost.set_aside) == (0, 0)


@pytest.mark.parametrize("do", ["disconnect", "hang", "garbage"])
async def test_what_may_have_been_billed_counts_in_full(stub: Stub, started: Started, do: str) -> None:
    stub.setup(rules=[{"do": do}])
    async with started(**PRICES, timeout_s=0.3) as engine:
        with pytest.raises(TransientError):
            await engine.generate(ask("row"))
    assert engine.cost is not None
    assert engine.cost.spent >= 50 * 10e-6
    assert engine.cost.set_aside == 0


async def test_a_reply_without_usage_counts_in_full(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "reply", "usage": None}])
    async with started(**PRICES) as engine:
        await engine.generate(ask("row"))
    assert engine.cost is not None
    assert engine.cost.spent >= 50 * 10e-6


async def test_a_cancelled_request_counts_in_full(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "hang"}])
    async with started(**PRICES) as engine:
        asking = asyncio.create_task(engine.generate(ask("row")))
        await until(lambda: stub.stats()["in_flight"] == 1)
        asking.cancel()
        await asyncio.wait([asking])
    assert engine.cost is not None
    assert engine.cost.spent >= 50 * 10e-6


async def test_an_endpoint_that_cannot_be_reached_costs_nothing() -> None:
    with Stub.running() as stub:
        engine = OpenAiEngine("stub", {"base_url": stub.base_url, **PRICES, "max_cost": 1})
        await engine.start()
    for _ in range(3):  # the first may meet the old connection
        with pytest.raises(TransientError):
            await engine.generate(ask("row"))
    assert engine.cost is not None
    assert engine.cost.spent < 2 * 600e-6
    await engine.aclose()


async def test_a_cancelled_wait_holds_nobody_up() -> None:
    meter = CostMeter(0, 1e6, max_cost=10)
    first = await meter.reserve(0, 8)
    waiting = [asyncio.create_task(meter.reserve(0, 5)) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    meter.settle(first, 2)
    assert await asyncio.wait_for(waiting[1], 5) == 5


def test_a_budget_needs_prices_and_a_limit() -> None:
    url = {"base_url": "http://localhost:1/v1"}
    with pytest.raises(UsageError, match="prices"):
        OpenAiEngine("m", {**url, "max_cost": 1})
    with pytest.raises(UsageError, match="prices"):
        OpenAiEngine("m", {**url, "max_cost": 1, "price_out": 3})
    with pytest.raises(UsageError, match="limit"):
        OpenAiEngine("m", {**url, **PRICES, "max_cost": 1, "omit": "max_tokens"})


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400), st.floats(0, 1)), max_size=30),
    st.integers(1, 4000),
    st.integers(1, 8),
)
def test_never_more_than_the_budget_whatever_comes(
    requests: list[tuple[int, int, float]], budget: int, workers: int
) -> None:
    async def run() -> CostMeter:
        meter = CostMeter(1e6, 1e6, float(budget))
        feed = iter(requests)

        async def worker() -> None:
            for prompt, reply, used in feed:
                try:
                    worst = await meter.reserve(prompt, reply)
                except BudgetSpent:
                    return
                assert meter.spent + meter.set_aside <= budget + 1e-6
                await asyncio.sleep(0)
                meter.settle(worst, worst * used)

        await asyncio.wait_for(asyncio.gather(*(worker() for _ in range(workers))), 20)
        return meter

    meter = asyncio.run(run())
    assert meter.spent <= budget + 1e-6
    assert meter.set_aside == 0
