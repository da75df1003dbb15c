"""The engine end to end: real engine, router and replica programs over the stand-ins."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.engines_vllm.conftest import ask

from rtlglot.engines import Engine
from rtlglot.engines.vllm import router
from rtlglot.engines.vllm.engine import VllmEngine
from rtlglot.errors import ConfigError, EngineDead, RowError, TransientError
from rtlglot.records import Finish, Message, Reason, Request, Sampling
from rtlglot.run.supervise import Supervised


@asynccontextmanager
async def running(model: str, **options: Any) -> Any:
    engine = VllmEngine(model, options)
    info = await engine.start()
    try:
        yield engine, info
    finally:
        await engine.aclose()


async def until(holds: Any) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


def pid_of(reply: Any) -> int:
    return int(reply.text.split()[1])


async def test_a_reply(stand_in: Any, model: str) -> None:
    async with running(model, max_model_len="512") as (engine, info):
        assert isinstance(engine, Engine)
        assert info.context_tokens == 512
        # What prompts share is held once, so 256 places decide and not the KV cache; a quarter more wait.
        assert info.max_in_flight == 320
        reply = await engine.generate(ask("hello"))
        assert reply.text.endswith("said hello")
        assert (reply.finish, reply.prompt_tokens, reply.cached_tokens) == (Finish.STOP, 5, 4)
        cut = await engine.generate(ask("hello", max_tokens=3))
        assert (cut.finish, cut.completion_tokens) == (Finish.LENGTH, 3)
        assert await engine.count_tokens((Message("user", "four"),)) == 4
    assert any("shutdown" in note for note in stand_in())


async def test_without_prefix_caching_no_more_are_in_flight_than_the_kv_cache_holds(
    stand_in: Any, model: str
) -> None:
    async with running(model, prefix_caching="off") as (_, info):
        # 7000 tokens hold ten rows of 700, and a quarter more wait.
        assert info.max_in_flight == 13


async def test_tokens_are_counted_before_start(stand_in: Any, model: str) -> None:
    engine = VllmEngine(model)
    assert await engine.count_tokens((Message("user", "four"),)) == 4
    assert stand_in() == []


async def test_a_row_that_vllm_refuses_is_that_rows_failure(stand_in: Any, model: str) -> None:
    async with running(model, max_model_len="64") as (engine, _):
        replies: Any = await asyncio.gather(
            engine.generate(ask("x" * 60)),
            engine.generate(ask("refuse this")),
            engine.generate(ask("hello")),
            engine.generate(Request((Message("tool", "x"),), Sampling(10))),
            return_exceptions=True,
        )
        long, refused, good, role = replies
        assert isinstance(long, RowError)
        assert long.reason is Reason.PROMPT_TOO_LONG
        assert isinstance(refused, RowError)
        assert refused.reason is Reason.BAD_REQUEST
        assert "no such thing" in str(refused)
        assert good.text.endswith("hello")
        assert isinstance(role, RowError)
        with pytest.raises(RowError, match="no messages"):
            await engine.generate(Request((), Sampling(10)))
        with pytest.raises(RowError, match="top_p"):
            await engine.generate(ask("x", top_p=2.0))


async def test_a_failure_that_is_nobodys_fault_is_tried_again(stand_in: Any, model: str) -> None:
    async with running(model) as (engine, _):
        with pytest.raises(TransientError, match="for once"):
            await engine.generate(ask("stumble"))
        assert (await engine.generate(ask("hello"))).text.endswith("hello")


async def test_cancelling_aborts_the_request(stand_in: Any, model: str) -> None:
    async with running(model, prefix_caching="off") as (engine, _):
        task = asyncio.create_task(engine.generate(ask("hang")))
        await until(lambda: any("ask" in note for note in stand_in()))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: any("aborted" in note for note in stand_in()))
        assert (await engine.generate(ask("hello"))).text.endswith("hello")


async def test_the_prefix_is_warmed_by_one_row(stand_in: Any, model: str) -> None:
    async with running(model) as (engine, _):
        await asyncio.gather(*(engine.generate(ask(f"row {number}", seed=number)) for number in range(5)))
    asked = [(note["ask"], note["max_tokens"]) for note in stand_in() if "ask" in note]
    assert asked[0] == ("row 0", 1)
    assert sorted(asked[1:]) == [(f"row {number}", 100) for number in range(5)]


async def test_replicas_share_the_work_and_their_gpus(gpu_box: Any, stand_in: Any, model: str) -> None:
    gpu_box(4)
    async with running(model, gpus="3", data_parallel="3", tensor_parallel="1") as (engine, info):
        assert info.max_in_flight == 960
        replies = await asyncio.gather(*(engine.generate(ask(f"slow {n}")) for n in range(9)))
    pids = [pid_of(reply) for reply in replies]
    assert sorted(pids.count(pid) for pid in set(pids)) == [3, 3, 3]
    started = [note for note in stand_in() if "start" in note]
    assert sorted(note["devices"] for note in started) == ["0", "1", "2"]
    assert {note["start"]["max_model_len"] for note in started} == {131_072}


@pytest.mark.parametrize("blow", ["kill", "die", "exit"])
async def test_one_dies_the_other_goes_on_and_it_comes_back(blow: Any, stand_in: Any, model: str) -> None:
    async with running(model, data_parallel="2") as (engine, _):
        first = {pid_of(r) for r in await asyncio.gather(*(engine.generate(ask(f"slow {n}")) for n in "ab"))}
        assert first == set(engine.replica_pids())
        doomed = asyncio.create_task(engine.generate(ask("hang" if blow == "kill" else f"slow {blow}")))
        safe = asyncio.create_task(engine.generate(ask("slow")))
        await asyncio.sleep(0.2)
        if blow == "kill":
            os.kill(engine.replica_pids()[0], signal.SIGKILL)
        with pytest.raises(EngineDead) as caught:
            await doomed
        assert caught.value.heals
        assert (await safe).text.endswith("slow")
        await until(lambda: len(engine.replica_pids()) == 2)
        after = await asyncio.gather(*(engine.generate(ask(f"slow {n}")) for n in range(4)))
        assert len({pid_of(reply) for reply in after} - first) == 1


async def test_no_row_is_lost_when_the_only_replica_is_killed(stand_in: Any, model: str) -> None:
    supervised = Supervised(VllmEngine(model))
    await supervised.start()
    try:
        rows = [asyncio.create_task(supervised.generate(ask(f"slow {n}"))) for n in range(6)]
        await asyncio.sleep(0.5)
        engine: Any = supervised._engine
        os.kill(engine.replica_pids()[0], signal.SIGKILL)
        replies = await asyncio.gather(*rows)
        assert [reply.text.split("said ")[1] for reply in replies] == [f"slow {n}" for n in range(6)]
    finally:
        await supervised.aclose()


async def test_a_row_that_kills_is_poison_and_the_others_live(stand_in: Any, model: str) -> None:
    supervised = Supervised(VllmEngine(model))
    await supervised.start()
    try:
        poison = asyncio.create_task(supervised.generate(ask("die")))
        others = [asyncio.create_task(supervised.generate(ask(f"row {n}"))) for n in range(3)]
        with pytest.raises(RowError) as caught:
            await poison
        assert caught.value.reason is Reason.POISON
        assert [(await other).text.split("said ")[1] for other in others] == ["row 0", "row 1", "row 2"]
    finally:
        await supervised.aclose()


async def test_replicas_that_do_not_come_back_are_lost(stand_in: Any) -> None:
    launch = router.Launch("r", {}, {"model": "", "arguments": {}, "lora": ""}, warm=False, pause_s=0.0)
    one = router.Router([replace(launch, module="no.such.module")])
    with pytest.raises(EngineDead, match="No module named"):
        await one.start()
    (replica,) = one.replicas
    replica.revive(None)
    with pytest.raises(EngineDead, match="no replica is left") as caught:
        await one.generate([1], {})
    assert not caught.value.heals
    await one.aclose()


async def test_bad_arguments_stop_the_job(stand_in: Any, model: str) -> None:
    with pytest.raises(ConfigError, match="Unknown quantization"):
        await VllmEngine(model, {"quantization": "mystery"}).start()
    with pytest.raises(ConfigError, match="max-num-seqs"):
        await VllmEngine(model, {"max_num_seqs": "many"}).start()
    # What vLLM only points at is brought along.
    with pytest.raises(ConfigError, match=r"did not come up.*CUDA out of memory"):
        await VllmEngine(model, {"load_format": "broken"}).start()


async def test_arguments_reach_vllm(stand_in: Any, model: str) -> None:
    config = {"method": "ngram", "num_speculative_tokens": 3}
    options = {"speculative_config": config, "enforce_eager": "on", "enable_chunked_prefill": True}
    async with running(model, dummy_weights=True, prefix_caching=False, **options) as (engine, _):
        await engine.generate(ask("hello", seed=7))
    start = next(note["start"] for note in stand_in() if "start" in note)
    assert start["load_format"] == "dummy"
    assert start["enable_prefix_caching"] is False
    assert start["enforce_eager"] is True
    assert start["speculative_config"] == '{"method": "ngram", "num_speculative_tokens": 3}'
    # On a CPU with prompts read in parts, a seed would kill vLLM.
    assert next(note["seed"] for note in stand_in() if "ask" in note) is None


async def test_on_a_cpu_prompts_are_read_whole_and_memory_is_left(stand_in: Any, model: str) -> None:
    async with running(model) as (engine, _):
        await engine.generate(ask("hello", seed=7))
    start = next(note["start"] for note in stand_in() if "start" in note)
    assert start["enable_chunked_prefill"] is False
    assert 0 < start["kv_cache_memory_bytes"] <= 4 << 30
    assert {note["seed"] for note in stand_in() if "ask" in note} == {7}


async def test_what_cannot_fit_is_refused_before_anything_starts(
    gpu_box: Any, stand_in: Any, model: str
) -> None:
    gpu_box(1)
    begun = time.monotonic()
    with pytest.raises(ConfigError, match=r"does not fit 1 GPU of 79\.1 GiB") as caught:
        await VllmEngine(model, {"max_model_len": "8192", "gpu_memory_utilization": "0.2"}).start()
    assert "GPUs of 79.1 GiB" in caught.value.hint
    assert time.monotonic() - begun < 5
    assert stand_in() == []


async def test_a_known_model_that_cannot_fit_need_not_be_here(
    gpu_box: Any, stand_in: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu_box(1)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="does not fit 1 GPU"):
        await VllmEngine("meta-llama/Llama-3.1-70B-Instruct").start()


async def test_the_data_decides_the_context(gpu_box: Any, stand_in: Any, model: str) -> None:
    gpu_box(1)
    engine = VllmEngine(model)
    engine.expect(900)
    info = await engine.start()
    await engine.aclose()
    assert info.context_tokens == 1024


async def test_a_model_that_is_not_here_is_not_fetched(
    stand_in: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    with pytest.raises(ConfigError, match="acme/tiny") as caught:
        await VllmEngine("acme/tiny").start()
    assert "hf download acme/tiny" in caught.value.hint


async def test_a_base_model_has_no_chat(stand_in: Any, model: str, tmp_path: Path) -> None:
    (tmp_path / "model" / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigError, match="base model"):
        await VllmEngine(model).start()
    template = tmp_path / "own.jinja"
    template.write_text("<{}>")
    engine = VllmEngine(model, {"chat_template": str(template), "thinking": "off"})
    assert await engine.count_tokens((Message("user", "four"),)) == len("<four> no thinking")
    with pytest.raises(ConfigError, match="chat template"):
        await VllmEngine(model, {"chat_template": str(tmp_path / "none")}).count_tokens(())


async def test_lora_goes_with_every_request(stand_in: Any, model: str, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    async with running(model, lora=str(adapter), prefix_caching=False) as (engine, _):
        await engine.generate(ask("hello"))
    assert next(note["start"] for note in stand_in() if "start" in note)["enable_lora"] is True
    assert all(note["lora"] for note in stand_in() if "ask" in note)
    with pytest.raises(ConfigError, match="lora"):
        VllmEngine(model, {"lora": str(tmp_path / "none")}).identity()


async def test_closing(stand_in: Any, model: str) -> None:
    engine = VllmEngine(model)
    await engine.aclose()
    with pytest.raises(EngineDead):
        await engine.generate(ask("hello"))
    await engine.start()
    (pid,) = engine.replica_pids()
    waiting = asyncio.create_task(engine.generate(ask("hang")))
    await asyncio.sleep(0.3)
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(EngineDead):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
