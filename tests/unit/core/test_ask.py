"""Asked once: shared in flight, found in the ledger, apart where that is wanted."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines.scripted import ScriptedEngine
from rtlglot.errors import RowError
from rtlglot.ledger import Ledger
from rtlglot.ledger.keys import RequestKeys
from rtlglot.records import Message, Request, Sampling
from rtlglot.run.ask import Ask


def request(text: str, row_id: str = "r", **changes: Any) -> Request:
    return Request((Message("user", text),), Sampling(50, seed=changes.pop("seed", None)), row_id, **changes)


class Setup:
    def __init__(self, tmp_path: Path, rules: list[Any], *, share: bool = True) -> None:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(rules))
        self.log = tmp_path / "asked"
        self.ledger = Ledger(tmp_path / "l.ledger")
        self.engine = ScriptedEngine(str(script), {"log": str(self.log)})
        self.ask = Ask(self.engine, self.ledger, RequestKeys("scripted", "m", {}, share=share))

    async def __aenter__(self) -> "Setup":
        await self.engine.start()
        self.ledger.start_writing()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ledger.stop_writing()
        await self.engine.aclose()
        self.ledger.close()

    def asked(self) -> int:
        return len(self.log.read_text().splitlines())


async def test_twins_in_flight_share_one_reply_and_later_ones_find_it_in_the_ledger(tmp_path: Path) -> None:
    async with Setup(tmp_path, [{"reply": "yes", "delay_s": [0.05]}]) as setup:
        replies = await asyncio.gather(*(setup.ask(request("same", f"r{n}")) for n in range(10)))
        assert {reply.text for _, reply in replies} == {"yes"}
        assert len({key for key, _ in replies}) == 1
        assert setup.asked() == 1
        await setup.ledger.stop_writing()
        setup.ledger.start_writing()
        await setup.ask(request("same", "later"))
        assert setup.asked() == 1
        assert (setup.ask.meter.requests, setup.ask.meter.reused) == (1, 10)
        await setup.ask(request("same", sample=1))
        await setup.ask(request("same", attempt=1))
        assert setup.asked() == 3


async def test_a_cancelled_buyer_does_not_take_its_twin_along(tmp_path: Path) -> None:
    async with Setup(tmp_path, [{"reply": "yes", "delay_s": [0.1]}]) as setup:
        buyer = asyncio.create_task(setup.ask(request("same", "a")))
        await asyncio.sleep(0.02)
        twin = asyncio.create_task(setup.ask(request("same", "b")))
        await asyncio.sleep(0.02)
        buyer.cancel()
        _, reply = await asyncio.wait_for(twin, 2)
        assert reply.text == "yes"
        assert setup.asked() == 2


async def test_a_failure_is_shared_and_not_remembered(tmp_path: Path) -> None:
    rules = [{"error": "row", "times": 1, "delay_s": [0.02], "total": 1}, {"reply": "now"}]
    async with Setup(tmp_path, rules) as setup:
        results = await asyncio.gather(
            *(setup.ask(request("same", f"r{n}")) for n in range(3)), return_exceptions=True
        )
        assert all(isinstance(result, RowError) for result in results)
        _, reply = await setup.ask(request("same"))
        assert reply.text == "now"


async def test_without_sharing_every_row_asks_for_itself(tmp_path: Path) -> None:
    async with Setup(tmp_path, [{"reply": "yes"}], share=False) as setup:
        await asyncio.gather(*(setup.ask(request("same", f"r{n}")) for n in range(5)))
        assert setup.asked() == 5


async def test_seeds_are_drawn_from_the_request_and_repeatable(tmp_path: Path) -> None:
    seen: list[int | None] = []

    async with Setup(tmp_path, [{"reply": "yes"}]) as setup:
        generate = setup.engine.generate

        async def spy(asked: Request) -> object:
            seen.append(asked.sampling.seed)
            return await generate(asked)

        setup.engine.generate = spy  # type: ignore[method-assign,assignment]
        for sample in (0, 1):
            await setup.ask(request("a", seed=7, sample=sample))
        await setup.ask(request("b", seed=7))
        await setup.ask(request("a", seed=8))
        await setup.ask(request("a"))
    assert len(set(seen)) == 5
    assert seen[-1] is None


@pytest.mark.parametrize(
    "change", [{"top_p": 0.5}, {"temperature": 0.1}, {"max_tokens": 51}, {"stop": ("x",)}]
)
def test_all_of_the_sampling_is_in_the_key(change: dict[str, object]) -> None:
    keys = RequestKeys("e", "m", {"dtype": "bf16"}, share=True)
    base = {"max_tokens": 50, "top_p": 0.9, "temperature": 0.4}
    messages = (Message("user", "x"),)
    one = keys(Request(messages, Sampling(**base)))  # type: ignore[arg-type]
    other = keys(Request(messages, Sampling(**(base | change))))  # type: ignore[arg-type]
    assert one != other
    assert keys(Request(messages, Sampling(**base), "another row")) == one  # type: ignore[arg-type]
    assert RequestKeys("e", "m", {"dtype": "fp16"}, share=True)(Request(messages, Sampling(**base))) != one  # type: ignore[arg-type]
