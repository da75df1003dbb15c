"""What every engine promises, tried on every engine that is here."""

from __future__ import annotations

import asyncio
import json

import pytest

from rtlglot.engines import Engine
from rtlglot.errors import ConfigError, EngineDead, RowError, UsageError
from rtlglot.records import Finish, Message, Reason, Reply, Request, Sampling
from tests.contract.conftest import Make
from tests.contract.stands import HELLO, TALE, Stand, ask, chat


@pytest.mark.unanswered
async def test_start_says_what_it_is(make: Make) -> None:
    engine = make(max_in_flight=5)
    assert isinstance(engine, Engine)
    info = await engine.start()
    assert info.model
    assert info.max_in_flight == 5
    assert info.context_tokens is None or info.context_tokens > 100


@pytest.mark.unanswered
async def test_identity_is_json_known_before_start_and_the_same_again(make: Make) -> None:
    one, two = make(), make()
    assert one.identity()
    assert json.loads(json.dumps(dict(one.identity()))) == dict(two.identity())


@pytest.mark.unanswered
async def test_identity_leaves_out_how_it_is_run(make: Make) -> None:
    assert make(max_in_flight=3).identity() == make().identity()


async def test_short_replies_do_not_wait_for_long_ones(engine: Engine) -> None:
    done: list[str] = []

    async def run(name: str, request: Request) -> None:
        await engine.generate(request)
        done.append(name)

    await asyncio.gather(run("long", ask(TALE, 90)), run("short", ask(HELLO, 3)))
    assert done == ["short", "long"]


async def test_every_reply_belongs_to_its_request(engine: Engine) -> None:
    texts = ["count " * (7 * n + 1) for n in range(12)]
    replies = await asyncio.gather(*(engine.generate(ask(text, 2 + n)) for n, text in enumerate(texts)))
    for n, (text, reply) in enumerate(zip(texts, replies, strict=True)):
        assert reply.prompt_tokens == await engine.count_tokens(chat(text))
        assert reply.completion_tokens is not None
        assert reply.completion_tokens <= 2 + n


async def test_tokens_are_counted_before_start(make: Make, stand: Stand) -> None:
    if not stand.counts_early:
        pytest.skip("it counts only when it is started")
    engine = make()
    before = await engine.count_tokens(chat("How many tokens?"))
    assert before is not None
    assert before > 5
    await engine.start()
    assert await engine.count_tokens(chat("How many tokens?")) == before


async def test_a_reply_that_is_cut_says_so(engine: Engine) -> None:
    reply = await engine.generate(ask(TALE, 20))
    assert (reply.finish, reply.completion_tokens) == (Finish.LENGTH, 20)
    assert reply.text
    assert reply.seconds > 0


async def test_a_reply_that_ends_by_itself_says_so(engine: Engine, stand: Stand) -> None:
    reply = await engine.generate(ask(stand.hello, 200))
    assert reply.finish is Finish.STOP
    assert reply.completion_tokens is not None
    assert reply.completion_tokens < 200
    assert "<|" not in reply.text


async def test_a_stop_text_ends_the_reply_and_is_not_in_it(engine: Engine) -> None:
    whole = await engine.generate(ask(TALE, 40))
    word = whole.text.split()[5]
    reply = await engine.generate(ask(TALE, 40, stop=(word,)))
    assert reply.text.rstrip() == whole.text.partition(word)[0].rstrip()
    assert reply.finish is Finish.STOP


async def test_greedy_repeats(engine: Engine) -> None:
    one, two = [await engine.generate(ask(HELLO, 12)) for _ in range(2)]
    assert one.text == two.text


async def babbling(engine: Engine, stand: Stand) -> asyncio.Task[Reply]:
    """A request in its batch: at this temperature a model seldom finds its end; then another is asked."""
    for seed in range(10):
        task = asyncio.create_task(engine.generate(ask(TALE, 7000, temperature=2.0, top_p=1.0, seed=seed)))
        await asyncio.sleep(stand.begins_s)
        if not task.done():
            return task
    raise AssertionError("ten requests came to their end by themselves")


async def test_cancelling_frees_the_place(make: Make, stand: Stand) -> None:
    engine = make(max_in_flight=1)
    await engine.start()
    endless = await babbling(engine, stand)
    endless.cancel()
    async with asyncio.timeout(20):
        reply = await engine.generate(ask(HELLO, 3))
    assert reply.text
    with pytest.raises(asyncio.CancelledError):
        await endless


async def test_cancelling_one_leaves_the_others(engine: Engine) -> None:
    tasks = [asyncio.create_task(engine.generate(ask(f"{TALE} {n}", 24))) for n in range(4)]
    await asyncio.sleep(0.05)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[1], asyncio.CancelledError)
    assert [r.completion_tokens for r in (results[0], *results[2:])] == [24] * 3  # type: ignore[union-attr]


async def test_a_prompt_that_is_too_long_fails_alone(make: Make) -> None:
    engine = make(context_tokens=400)
    await engine.start()
    good = [asyncio.create_task(engine.generate(ask(f"Say {n}.", 8))) for n in range(3)]
    with pytest.raises(RowError, match="400") as caught:
        await engine.generate(ask("a long text " * 500, 8))
    assert caught.value.reason is Reason.PROMPT_TOO_LONG
    assert all(reply.text for reply in await asyncio.gather(*good))
    assert (await engine.generate(ask(HELLO, 3))).text


async def test_a_reply_gets_only_what_the_context_leaves(make: Make, stand: Stand) -> None:
    counter = make()
    if not stand.counts_early:
        await counter.start()
    prompt_tokens = await counter.count_tokens(chat(TALE))
    assert prompt_tokens is not None
    engine = make(context_tokens=prompt_tokens + 20)
    assert (await engine.start()).context_tokens == prompt_tokens + 20
    reply = await engine.generate(ask(TALE, 500))
    assert (reply.finish, reply.completion_tokens) == (Finish.LENGTH, 20)


async def test_no_messages_is_a_bad_request(engine: Engine) -> None:
    with pytest.raises(RowError) as caught:
        await engine.generate(Request((), Sampling(max_tokens=4)))
    assert caught.value.reason is Reason.BAD_REQUEST
    assert (await engine.generate(ask(HELLO, 3))).text


@pytest.mark.parametrize("content", ["", "\ud800 half a character", "\x00\x01", "🙂" * 50, "<|im_end|>"])
async def test_strange_prompts_hurt_nobody_else(engine: Engine, content: str) -> None:
    request = Request((Message("user", content),), Sampling(max_tokens=4, temperature=0))
    results = await asyncio.gather(
        engine.generate(request), engine.generate(ask(HELLO, 3)), return_exceptions=True
    )
    assert not isinstance(results[1], BaseException)
    assert not isinstance(results[0], BaseException) or isinstance(results[0], RowError)


async def test_settings_it_cannot_take_are_that_rows_failure(engine: Engine) -> None:
    with pytest.raises(RowError) as caught:
        await engine.generate(ask(HELLO, 0))
    assert caught.value.reason is Reason.BAD_REQUEST
    assert (await engine.generate(ask(HELLO, 3))).text


@pytest.mark.unanswered
async def test_an_unknown_option_is_refused_by_name(make: Make) -> None:
    with pytest.raises(UsageError, match="max_inflight") as caught:
        make(max_inflight=3)
    assert "max_in_flight" in caught.value.hint


async def test_an_unknown_model_is_a_configuration_error(make: Make) -> None:
    with pytest.raises(ConfigError, match="no-such-model"):
        await make(model="no-such-model").start()


@pytest.mark.unanswered
async def test_closing_twice_and_before_start(make: Make) -> None:
    engine = make()
    await engine.aclose()
    await engine.start()
    await engine.aclose()
    await engine.aclose()
    with pytest.raises(EngineDead):
        await engine.generate(ask(HELLO))


async def test_closing_ends_what_is_in_flight(engine: Engine) -> None:
    task = asyncio.create_task(engine.generate(ask(TALE, 2000)))
    await asyncio.sleep(0.1)
    await engine.aclose()
    with pytest.raises(EngineDead):
        await task


async def test_death_reaches_every_request_and_a_restart_heals(engine: Engine, stand: Stand) -> None:
    tasks = [asyncio.create_task(engine.generate(ask(f"{TALE} {n}", 2000))) for n in range(3)]
    await asyncio.sleep(0.1)
    assert stand.kill is not None
    await stand.kill(engine)
    async with asyncio.timeout(20):
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, stand.dead) for result in results), results
    if not stand.heals:
        with pytest.raises(stand.dead):
            await engine.generate(ask(HELLO))
    stand.revive()
    await engine.aclose()
    await engine.start()
    assert (await engine.generate(ask(HELLO, 5))).text
