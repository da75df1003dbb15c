"""The supervisor over the scripted engine, which fails on demand."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from rtlglot.engines.scripted import ScriptedEngine
from rtlglot.errors import EngineLost, RowError, Unanswered
from rtlglot.records import Message, Reason, Reply, Request, Sampling
from rtlglot.run import supervise
from rtlglot.run.gate import Gate
from rtlglot.run.supervise import Supervised


async def started(tmp_path: Path, rules: list[dict[str, object]], **options: object) -> Supervised:
    script, log = tmp_path / "script.json", tmp_path / "asked.jsonl"
    script.write_text(json.dumps([*rules, {"reply": "fine", "delay_s": [0.005]}]))
    engine = Supervised(ScriptedEngine(str(script), {"log": str(log), **options}), in_flight=16)
    await engine.start()
    return engine


def request(id_: str) -> Request:
    return Request((Message("user", f"row {id_}"),), Sampling(100), id_)


def asked(tmp_path: Path, id_: str) -> int:
    return sum(
        json.loads(line)["row_id"] == id_ for line in (tmp_path / "asked.jsonl").read_text().splitlines()
    )


async def all_of(engine: Supervised, count: int) -> list[Reply | BaseException]:
    rows = (engine.generate(request(f"r{n}")) for n in range(count))
    return await asyncio.gather(*rows, return_exceptions=True)


async def test_a_death_costs_no_row_and_is_one_restart(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"id": "r5", "error": "dead", "times": 1}])
    results = await all_of(engine, 40)
    assert all(isinstance(result, Reply) for result in results)
    assert engine._epoch == 1


async def test_a_row_that_kills_the_engine_is_poison_and_the_others_finish(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"id": "r5", "error": "dead"}])
    results = await all_of(engine, 40)
    poison = results.pop(5)
    assert isinstance(poison, RowError)
    assert poison.reason is Reason.POISON
    assert all(isinstance(result, Reply) for result in results)
    assert asked(tmp_path, "r5") == 3  # two deaths among others, one alone


async def test_an_engine_that_only_dies_is_lost(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"error": "dead"}])
    first, second = await all_of(engine, 2)
    lost = first if isinstance(first, EngineLost) else second
    assert isinstance(lost, EngineLost)
    assert "without one reply" in str(lost)


async def test_a_failing_row_is_tried_alone_and_then_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    engine = await started(tmp_path, [{"id": "bad", "error": "transient", "message": "500"}])
    stop = False

    async def others() -> None:
        while not stop:
            await all_of(engine, 4)

    neighbours = asyncio.create_task(others())
    with pytest.raises(RowError, match="failed 9 times, at last alone: 500") as caught:
        await engine.generate(request("bad"))
    stop = True
    await neighbours
    assert caught.value.reason is Reason.ENGINE_ERROR


async def test_rate_limits_narrow_the_gate_and_fail_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    rule = {"when": "row r[0-7]$", "error": "transient", "overload": True, "message": "429", "times": 20}
    engine = await started(tmp_path, [rule])
    narrowest = 16.0

    async def look() -> None:
        nonlocal narrowest
        while True:
            narrowest = min(narrowest, engine.gate.limit)
            await asyncio.sleep(0.001)

    looker = asyncio.create_task(look())
    results = await all_of(engine, 40)
    looker.cancel()
    assert all(isinstance(result, Reply) for result in results)
    assert narrowest < 4
    assert asked(tmp_path, "r3") == 21


async def test_an_endpoint_that_only_errs_is_lost_after_the_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    script = tmp_path / "script.json"
    script.write_text('[{"error": "transient", "message": "refused"}]')
    engine = Supervised(ScriptedEngine(str(script), {}), patience_s=0.2)
    await engine.start()
    with pytest.raises(EngineLost, match="refused"):
        await engine.generate(request("r0"))


@pytest.mark.parametrize("overload", [False, True])
async def test_who_waits_for_a_better_moment_gives_up_when_the_run_is_to_end(
    tmp_path: Path, overload: bool
) -> None:
    script, ending = tmp_path / "script.json", asyncio.Event()
    rule = {"error": "transient", "message": "later", "retry_after_s": 600, "overload": overload}
    script.write_text(json.dumps([rule]))
    engine = Supervised(ScriptedEngine(str(script), {}), in_flight=2, ending=ending)
    await engine.start()
    rows = [asyncio.create_task(engine.generate(request(f"r{n}"))) for n in range(2)]
    while not engine.trouble:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)
    rows.append(asyncio.create_task(engine.generate(request("r2"))))
    ending.set()
    results = await asyncio.wait_for(asyncio.gather(*rows, return_exceptions=True), 10)
    assert [type(result) for result in results] == [Unanswered] * 3
    assert engine.gate.inside == 0


async def test_a_row_that_alone_is_limited_for_long_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.001)
    monkeypatch.setattr(supervise, "_LIMITED_S", 0.05)
    engine = await started(tmp_path, [{"id": "r3", "error": "transient", "overload": True, "message": "429"}])
    results = await asyncio.wait_for(all_of(engine, 8), 20)
    limited = results.pop(3)
    assert isinstance(limited, RowError)
    assert "beside it is served: 429" in str(limited)
    assert all(isinstance(result, Reply) for result in results)


async def test_retry_after_shuts_the_gate_for_all() -> None:
    gate = Gate(4)
    entered = await gate.enter()
    gate.overloaded(entered, 0.2)
    gate.leave()
    begun = time.monotonic()
    await gate.enter()
    assert time.monotonic() - begun >= 0.19
    gate.leave()


async def test_those_who_wait_for_a_place_obey_it_too() -> None:
    gate = Gate(1)
    entered = await gate.enter()
    waiter = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    begun = time.monotonic()
    gate.overloaded(entered, 0.2)
    gate.leave()
    await waiter
    assert time.monotonic() - begun >= 0.19


async def test_alone_means_alone() -> None:
    gate = Gate(8)
    inside: set[int] = set()
    worst = 0

    async def crowd(number: int) -> None:
        nonlocal worst
        for _ in range(20):
            await gate.enter()
            inside.add(number)
            await asyncio.sleep(0)
            worst = max(worst, len(inside))
            inside.discard(number)
            gate.leave()

    async def alone() -> None:
        await gate.enter_alone()
        assert not inside
        await asyncio.sleep(0.02)
        assert not inside
        gate.leave_alone()

    await asyncio.gather(*(crowd(n) for n in range(20)), alone(), alone())
    assert 1 < worst <= 8
    assert gate.inside == 0


async def test_a_cancelled_waiter_gives_its_place_back() -> None:
    gate = Gate(1)
    await gate.enter()
    waiter = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)
    gate.leave()  # hands the place over
    waiter.cancel()  # before it could run
    await asyncio.gather(waiter, return_exceptions=True)
    await asyncio.wait_for(gate.enter(), 1)


async def test_a_row_that_always_fails_beside_thirty_good_ones_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody else is in flight soon: a request that was served tells whose fault it is.
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    engine = await started(tmp_path, [{"id": "r5", "error": "transient", "message": "500"}])
    results = await asyncio.wait_for(all_of(engine, 31), 20)
    bad = results.pop(5)
    assert isinstance(bad, RowError)
    assert bad.reason is Reason.ENGINE_ERROR
    assert all(isinstance(result, Reply) for result in results)
    assert asked(tmp_path, "r5") <= 20


async def test_two_such_rows_do_not_vouch_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    rules: list[dict[str, object]] = [{"id": id_, "error": "transient"} for id_ in ("r0", "r1")]
    engine = await started(tmp_path, rules)
    results = await asyncio.wait_for(all_of(engine, 8), 20)
    assert [isinstance(result, RowError) for result in results] == [True, True, *[False] * 6]


async def test_an_engine_that_stops_serving_fails_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each row is served once, then nothing is: the witness fails too, and patience is what ends it.
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"id": "r0", "reply": "fine", "times": 1}, {"error": "transient"}]))
    engine = Supervised(ScriptedEngine(str(script), {}), in_flight=4, patience_s=0.5)
    await engine.start()
    await engine.generate(request("r0"))
    with pytest.raises(EngineLost, match="no reply for"):
        await asyncio.wait_for(engine.generate(request("r1")), 20)


async def test_a_row_that_runs_into_the_time_limit_fails_at_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(supervise, "_LONG_S", 0.1)
    slow: dict[str, object] = {
        "id": "r5",
        "error": "transient",
        "message": "no answer",
        "delay_s": [0.2, 0.2],
    }
    engine = await started(tmp_path, [slow])
    results = await asyncio.wait_for(all_of(engine, 31), 20)
    bad = results.pop(5)
    assert isinstance(bad, RowError)
    assert "each time after long: no answer" in str(bad)
    assert all(isinstance(result, Reply) for result in results)
    assert asked(tmp_path, "r5") == 2


async def test_a_refusal_of_one_row_stops_no_run_and_one_of_all_does(tmp_path: Path) -> None:
    engine = await started(tmp_path, [{"id": "r5", "error": "config", "message": "403"}])
    await engine.generate(request("r0"))
    results = await all_of(engine, 31)
    bad = results.pop(5)
    assert isinstance(bad, RowError)
    assert "refused while others are served: 403" in str(bad)
    assert all(isinstance(result, Reply) for result in results)

    script = tmp_path / "revoked.json"
    script.write_text(json.dumps([{"id": "r0", "reply": "fine", "times": 1}, {"error": "config"}]))
    revoked = Supervised(ScriptedEngine(str(script), {}), in_flight=4)
    await revoked.start()
    await revoked.generate(request("r0"))
    assert all(isinstance(result, EngineLost) for result in (await all_of(revoked, 8))[1:])
