"""The engine against a real endpoint: start, lengths, replies, cancelling, many at once."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time

import pytest
from tests.server import Stub
from tests.server.process import ROOT
from tests.unit.engines_openai.chats import Started, ask, until

from rtlglot.engines import ENGINES, Engine
from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import ConfigError, EngineDead, EngineLost, RowError, TransientError
from rtlglot.records import Finish, Message, Reason, Request, Sampling


def test_it_is_in_the_table_and_an_engine(stub: Stub) -> None:
    engine = ENGINES.load("openai")("stub", {"base_url": stub.base_url})
    assert isinstance(engine, Engine)


async def test_start_says_what_the_endpoint_says(stub: Stub) -> None:
    engine = OpenAiEngine("stub", {"base_url": stub.base_url, "max_in_flight": "7"})
    info = await engine.start()
    await engine.aclose()
    assert (info.model, info.context_tokens, info.max_in_flight, info.note) == ("stub", 4096, 7, "")


async def test_a_url_as_the_model_means_its_first_model(stub: Stub) -> None:
    stub.setup(model="org/served-name")
    engine = OpenAiEngine(stub.base_url)
    info = await engine.start()
    reply = await engine.generate(ask("hello"))
    await engine.aclose()
    assert info.model == "org/served-name"
    assert reply.text
    assert stub.stats()["last"]["body"]["model"] == "org/served-name"


async def test_a_model_that_is_not_there_names_those_that_are(stub: Stub) -> None:
    engine = OpenAiEngine("stubb", {"base_url": stub.base_url})
    with pytest.raises(ConfigError, match=r"serves no model 'stubb'; it serves: stub") as caught:
        await engine.start()
    assert "did you mean 'stub'?" in caught.value.hint


async def test_the_check_of_the_model_can_be_turned_off(stub: Stub) -> None:
    engine = OpenAiEngine("hidden", {"base_url": stub.base_url, "check_model": "off"})
    info = await engine.start()
    await engine.aclose()
    assert info.model == "hidden"
    assert "estimated" in info.note


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_a_gateway_without_a_list_is_used_with_a_note(stub: Stub, status: int) -> None:
    stub.setup(models_rule={"do": "status", "status": status})
    engine = OpenAiEngine("stub", {"base_url": stub.base_url})
    info = await engine.start()
    reply = await engine.generate(ask("hello"))
    await engine.aclose()
    assert info.context_tokens is None
    assert "lengths are estimated" in info.note
    assert reply.finish is Finish.STOP


async def test_without_a_list_a_url_is_no_model(stub: Stub) -> None:
    stub.setup(lists_models=False)
    with pytest.raises(ConfigError, match="lists no models") as caught:
        await OpenAiEngine(stub.base_url).start()
    assert "--model" in caught.value.hint


async def test_an_endpoint_that_is_down_is_named_with_what_came_back() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        engine = OpenAiEngine("stub", {"base_url": url, "start_timeout_s": 0.6})
        with pytest.raises(EngineLost) as caught:
            await engine.start()
    assert url in str(caught.value)
    assert "2 tries" in str(caught.value)
    assert "Cannot connect" in str(caught.value)


async def test_an_endpoint_that_hangs_at_the_start_is_given_up(stub: Stub) -> None:
    stub.setup(models_rule={"do": "hang"})
    begun = time.monotonic()
    with pytest.raises(EngineLost, match="no answer"):
        await OpenAiEngine("stub", {"base_url": stub.base_url, "start_timeout_s": 0.5}).start()
    assert time.monotonic() - begun < 10


async def test_start_waits_for_an_endpoint_that_still_loads(stub: Stub) -> None:
    stub.setup(models_rule={"do": "status", "status": 503})
    engine = OpenAiEngine("stub", {"base_url": stub.base_url, "start_timeout_s": 30})
    starting = asyncio.create_task(engine.start())
    await asyncio.sleep(0.4)
    assert not starting.done()
    stub.reset()
    assert (await starting).model == "stub"
    await engine.aclose()


async def test_a_refused_key_stops_the_start(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    stub.setup(key="the-right-key")
    monkeypatch.setenv("OPENAI_API_KEY", "a-wrong-key-of-mine")
    with pytest.raises(ConfigError, match="401") as caught:
        await OpenAiEngine("stub", {"base_url": stub.base_url}).start()
    assert "RTLGLOT_API_KEY" in caught.value.hint


async def test_a_reply_has_text_counts_and_time(started: Started) -> None:
    async with started() as engine:
        reply = await engine.generate(ask("describe the counter"))
    assert len(reply.text.split()) == 20
    assert reply.finish is Finish.STOP
    assert (reply.prompt_tokens, reply.completion_tokens) == (11, 20)
    assert 0 < reply.seconds < 60


async def test_all_of_the_sampling_is_sent_and_nothing_else(stub: Stub, started: Started) -> None:
    request = ask("hello", max_tokens=33, temperature=0.7, top_p=0.8, seed=5, stop=("endmodule", "###"))
    async with started() as engine:
        await engine.generate(request)
    assert stub.stats()["last"]["body"] == {
        "model": "stub",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "max_tokens": 33,
        "temperature": 0.7,
        "top_p": 0.8,
        "seed": 5,
        "stop": ["endmodule", "###"],
    }


async def test_no_seed_and_no_stop_send_neither(stub: Stub, started: Started) -> None:
    async with started() as engine:
        await engine.generate(ask("hello"))
    assert not {"seed", "stop"} & set(stub.stats()["last"]["body"])


async def test_options_shape_the_body(stub: Stub, started: Started) -> None:
    options = {"omit": "top_p,seed", "max_tokens_field": "max_completion_tokens", "extra": '{"top_k": 20}'}
    async with started(**options) as engine:
        await engine.generate(ask("hello", seed=4, max_tokens=9))
        assert engine.identity() == {"extra": {"top_k": 20}, "omit": ["seed", "top_p"]}
    body = stub.stats()["last"]["body"]
    assert (body["max_completion_tokens"], body["top_k"]) == (9, 20)
    assert not {"top_p", "seed", "max_tokens"} & set(body)


async def test_a_cut_reply_says_so(started: Started) -> None:
    async with started() as engine:
        reply = await engine.generate(ask("hello", max_tokens=16))
    assert reply.finish is Finish.LENGTH
    assert reply.completion_tokens == 16


async def test_text_of_all_kinds_arrives_unharmed(stub: Stub, started: Started) -> None:
    text = 'wire \\esc  = "ü\u2028\x00\U0001f600"; // 東京'
    async with started() as engine:
        await engine.generate(ask(text))
    assert stub.stats()["last"]["body"]["messages"][1]["content"] == text


async def test_half_a_surrogate_is_that_rows_failure(started: Started) -> None:
    async with started() as engine:
        with pytest.raises(RowError) as caught:
            await engine.generate(ask("broken \ud800 text"))
    assert caught.value.reason is Reason.BAD_REQUEST


async def test_a_chat_without_messages_is_that_rows_failure(stub: Stub, started: Started) -> None:
    async with started() as engine:
        with pytest.raises(RowError):
            await engine.generate(Request((), Sampling(max_tokens=5)))
    assert stub.stats()["requests"] == 0


async def test_a_prompt_of_megabytes_goes_through(stub: Stub, started: Started) -> None:
    stub.setup(context_tokens=None)
    async with started() as engine:
        assert (await engine.generate(ask("x" * 3_000_000))).text


async def test_near_the_limit_the_endpoint_counts_and_the_reply_is_shortened(
    stub: Stub, started: Started
) -> None:
    stub.setup(context_tokens=1000, words=500)
    async with started() as engine:
        reply = await engine.generate(ask("word " * 900, max_tokens=400))
    room = 1000 - 908
    assert stub.stats()["last"]["body"]["max_tokens"] == room
    assert stub.stats()["tokenized"] == 1
    assert (reply.finish, reply.completion_tokens) == (Finish.LENGTH, room)


async def test_far_from_the_limit_nobody_counts(stub: Stub, started: Started) -> None:
    async with started() as engine:
        await engine.generate(ask("word " * 100))
    assert stub.stats()["tokenized"] == 0


async def test_a_counted_prompt_that_is_too_long_is_not_sent(stub: Stub, started: Started) -> None:
    stub.setup(context_tokens=1000)
    async with started() as engine:
        with pytest.raises(RowError, match="1508 tokens") as caught:
            await engine.generate(ask("word " * 1500))
    assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert stub.stats()["requests"] == 0


async def test_without_a_counter_a_hopeless_prompt_is_not_sent(stub: Stub, started: Started) -> None:
    stub.setup(context_tokens=1000, counts_tokens=False)
    async with started() as engine:
        for _ in range(2):
            with pytest.raises(RowError) as caught:
                await engine.generate(ask("word " * 10_000))
            assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert stub.stats()["requests"] == 0
    assert stub.stats()["tokenized"] == 1  # asked once whether it can count


async def test_without_a_counter_the_reply_is_shortened_by_estimate(stub: Stub, started: Started) -> None:
    stub.setup(context_tokens=1000, counts_tokens=False)
    async with started() as engine:
        await engine.generate(ask("word " * 500, max_tokens=600))
    sent = stub.stats()["last"]["body"]["max_tokens"]
    assert 16 <= sent < 1000 - 508


async def test_without_a_context_length_the_endpoint_decides(stub: Stub) -> None:
    stub.setup(models_rule={"do": "status", "status": 404}, context_tokens=1000)
    engine = OpenAiEngine("stub", {"base_url": stub.base_url})
    await engine.start()
    with pytest.raises(RowError) as caught:
        await engine.generate(ask("word " * 1500))
    await engine.aclose()
    assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert stub.stats()["by_status"] == {"400": 1}


async def test_the_users_context_length_wins(stub: Stub, started: Started) -> None:
    async with started(context_tokens=64) as engine:
        with pytest.raises(RowError) as caught:
            await engine.generate(ask("word " * 70))
    assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert stub.stats()["requests"] == 0


async def test_count_tokens_is_the_endpoints_count_or_none(stub: Stub, started: Started) -> None:
    chat = [Message("user", "word " * 3000)]
    assert await OpenAiEngine("stub", {"base_url": stub.base_url}).count_tokens(chat) is None
    async with started() as engine:
        assert await engine.count_tokens(chat) == 3003
    stub.setup(counts_tokens=False)
    async with started() as engine:
        assert await engine.count_tokens(chat) is None


async def test_cancelling_ends_the_request_at_the_endpoint(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "hang"}])
    async with started() as engine:
        asking = asyncio.create_task(engine.generate(ask("hello")))
        await until(lambda: stub.stats()["in_flight"] == 1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: stub.stats()["aborted"] == 1)
        assert stub.stats()["in_flight"] == 0


async def test_many_at_once_all_get_their_own_reply_over_few_connections(
    stub: Stub, started: Started
) -> None:
    stub.setup(together=100)
    async with started() as engine:
        replies: dict[int, str] = {}
        numbers = iter(range(600))

        async def worker() -> None:
            for number in numbers:
                replies[number] = (await engine.generate(ask(f"row {number}", temperature=0))).text

        await asyncio.gather(*(worker() for _ in range(100)))
        again = [
            (await engine.generate(ask(f"row {number}", temperature=0))).text for number in range(0, 600, 97)
        ]
    assert len(replies) == 600
    assert again == [replies[number] for number in range(0, 600, 97)]
    assert len(set(replies.values())) > 100
    stats = stub.stats()
    assert stats["peak"] == 100
    assert stats["connections"] <= 100


async def test_it_can_be_closed_twice_and_started_again(stub: Stub) -> None:
    engine = OpenAiEngine("stub", {"base_url": stub.base_url})
    await engine.aclose()
    with pytest.raises(EngineDead):
        await engine.generate(ask("hello"))
    await engine.start()
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(EngineDead):
        await engine.generate(ask("hello"))
    await engine.start()
    assert (await engine.generate(ask("hello"))).text
    await engine.aclose()


async def test_closing_ends_what_is_in_flight(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "hang"}])
    async with started() as engine:
        asking = asyncio.create_task(engine.generate(ask("hello")))
        await until(lambda: stub.stats()["in_flight"] == 1)
        await engine.aclose()
        with pytest.raises(EngineDead):
            await asyncio.wait_for(asking, 10)


async def test_an_endpoint_that_dies_and_comes_back_serves_again() -> None:
    with Stub.running() as first:
        engine = OpenAiEngine("stub", {"base_url": first.base_url})
        await engine.start()
        await engine.generate(ask("hello"))
        port = first.port
    with pytest.raises(TransientError):
        await engine.generate(ask("hello"))
    with Stub.running("--port", str(port)):
        reply = None
        for _ in range(20):
            with contextlib.suppress(TransientError):
                reply = await engine.generate(ask("hello"))
                break
        assert reply is not None
    await engine.aclose()


async def test_naming_no_endpoint_says_how() -> None:
    engine = OpenAiEngine("gpt-x")
    assert engine.identity() == OpenAiEngine("gpt-x", {"base_url": "http://localhost:1/v1"}).identity()
    with pytest.raises(ConfigError, match="needs an endpoint") as caught:
        await engine.start()
    assert "--base-url" in caught.value.hint


def test_making_one_connects_to_nothing_and_batch_files_need_no_http() -> None:
    code = (
        "import sys, rtlglot.engines.openai.batchfile as b; "
        "assert 'aiohttp' not in sys.modules and 'ssl' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
