"""Whatever an endpoint does wrong ends as the right class of error: by a real endpoint that does it."""

from __future__ import annotations

import asyncio
import email.utils
import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server import Stub
from tests.unit.engines_openai.chats import Started, ask

from rtlglot.engines.openai.faults import LONGEST_WAIT_S, HttpAnswer, failure, read_complaint, retry_after_s
from rtlglot.errors import BudgetSpent, ConfigError, RowError, RtlglotError, TransientError
from rtlglot.records import Finish, Reason


def complaint(**fields: object) -> dict[str, object]:
    return {"error": {"message": "said so", "type": None, "param": None, "code": None, **fields}}


async def error_of(stub: Stub, started: Started, rule: dict[str, object], **options: object) -> RtlglotError:
    stub.setup(rules=[rule])
    async with started(**options) as engine:
        with pytest.raises(RtlglotError) as caught:
            await engine.generate(ask("row 1"))
    assert stub.stats()["requests"] == 1, "an engine asks once: retrying is the supervisor's"
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, complaint(), Reason.BAD_REQUEST),
        (400, complaint(code="context_length_exceeded", param="messages"), Reason.PROMPT_TOO_LONG),  # OpenAI
        (400, complaint(param="input_tokens", code=400), Reason.PROMPT_TOO_LONG),  # vLLM
        (400, complaint(type="exceed_context_size_error", code=400), Reason.PROMPT_TOO_LONG),  # llama.cpp
        (
            500,
            complaint(type="exceed_context_size_error", code=500),
            Reason.PROMPT_TOO_LONG,
        ),  # its first version
        (400, complaint(code="content_filter", param="prompt"), Reason.REFUSED),  # Azure
        (403, complaint(code="content_policy_violation"), Reason.REFUSED),
        (413, "<h1>413 Request Entity Too Large</h1>", Reason.PROMPT_TOO_LONG),  # nginx
        (
            422,
            {"error": "`inputs` must have less than 1024 tokens", "error_type": "validation"},
            Reason.PROMPT_TOO_LONG,
        ),
        (
            422,
            {"detail": [{"loc": ["body", "seed"], "msg": "not an integer"}]},
            Reason.BAD_REQUEST,
        ),  # FastAPI
    ],
)
async def test_a_rows_own_failures(
    stub: Stub, started: Started, status: int, body: object, reason: Reason
) -> None:
    error = await error_of(stub, started, {"do": "status", "status": status, "body": body})
    assert isinstance(error, RowError)
    assert error.reason is reason
    assert f"answers {status}" in str(error)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 529, 999])
async def test_what_may_pass(stub: Stub, started: Started, status: int) -> None:
    error = await error_of(stub, started, {"do": "status", "status": status})
    assert isinstance(error, TransientError)
    assert error.overload is (status in (429, 503, 529))
    assert error.retry_after_s is None


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 407, 410, 501])
async def test_what_no_row_would_survive(stub: Stub, started: Started, status: int) -> None:
    error = await error_of(stub, started, {"do": "status", "status": status})
    assert isinstance(error, ConfigError)
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("param", "hint"),
    [
        ("temperature", "engine.omit=temperature"),
        ("max_tokens", "engine.max_tokens_field=max_completion_tokens"),
    ],
)
async def test_a_parameter_that_the_model_never_takes_stops_the_run(
    stub: Stub, started: Started, param: str, hint: str
) -> None:
    body = complaint(code="unsupported_parameter", param=param)
    error = await error_of(stub, started, {"do": "status", "status": 400, "body": body})
    assert isinstance(error, ConfigError)
    assert hint in error.hint


@pytest.mark.parametrize(("status", "code"), [(429, "insufficient_quota"), (402, None)])
async def test_an_empty_account_is_not_a_rate_limit(
    stub: Stub, started: Started, status: int, code: str | None
) -> None:
    error = await error_of(stub, started, {"do": "status", "status": status, "body": complaint(code=code)})
    assert isinstance(error, BudgetSpent)


async def test_a_redirect_is_not_followed_and_says_where_it_points(stub: Stub, started: Started) -> None:
    target = "http://elsewhere.invalid/v1/chat/completions"
    rule = {"do": "status", "status": 307, "headers": {"Location": target}}
    error = await error_of(stub, started, rule)
    assert isinstance(error, ConfigError)
    assert target in error.hint


@pytest.mark.parametrize("do", ["garbage", "disconnect", "cut"])
async def test_what_is_no_answer_may_pass(stub: Stub, started: Started, do: str) -> None:
    error = await error_of(stub, started, {"do": do})
    assert isinstance(error, TransientError)
    assert not error.overload


async def test_an_answer_without_end_fills_no_memory(stub: Stub, started: Started) -> None:
    error = await error_of(stub, started, {"do": "endless"})
    assert isinstance(error, TransientError)
    assert "larger than" in str(error)


async def test_a_hanging_endpoint_ends_at_the_timeout(stub: Stub, started: Started) -> None:
    begun = time.monotonic()
    error = await error_of(stub, started, {"do": "hang"}, timeout_s=0.4)
    assert isinstance(error, TransientError)
    assert "timeout_s=0.4" in str(error)
    assert time.monotonic() - begun < 10


async def test_slow_is_no_error(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "slow", "delay_s": 0.3}])
    async with started() as engine:
        reply = await engine.generate(ask("row 1"))
    assert reply.seconds >= 0.3


async def test_a_neighbours_failure_touches_nobody(stub: Stub, started: Started) -> None:
    faults = ["disconnect", "garbage", "cut", "status"]
    stub.setup(rules=[{"when": f"bad {do}", "do": do} for do in faults], delay_s=0.05)
    async with started() as engine:
        asked = [engine.generate(ask(f"bad {do}")) for do in faults]
        asked += [engine.generate(ask(f"good {number}")) for number in range(20)]
        results = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(result, TransientError) for result in results[:4])
    assert all(result.text for result in results[4:])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "slow down", "code": 429}}, TransientError),  # OpenRouter: 200 around an error
        ({"error": {"message": "bad", "code": 400}}, RowError),
        ({"error": {"message": "no", "code": "401"}}, ConfigError),
        ({"choices": []}, TransientError),
        (  # beside an empty reply
            {"error": {"code": 429}, "choices": [{"message": {"content": ""}, "finish_reason": "stop"}]},
            TransientError,
        ),
        ({"choices": [{"message": {"content": ""}, "error": {"code": 400}}]}, RowError),  # within it
        ({"choices": [{"message": {"content": "half"}, "error": "lost"}]}, TransientError),
        ({"choices": [{"message": None}]}, TransientError),
        ({"choices": "no"}, TransientError),
        ([], TransientError),
        ("", TransientError),
        ("not json", TransientError),
        ("{" * 100_000, TransientError),
    ],
)
async def test_200_is_not_always_a_reply(
    stub: Stub, started: Started, body: object, kind: type[RtlglotError]
) -> None:
    error = await error_of(stub, started, {"do": "status", "status": 200, "body": body})
    assert type(error) is kind


async def test_reasoning_is_kept_apart(stub: Stub, started: Started) -> None:
    stub.setup(
        rules=[
            {"when": "old", "do": "reply", "message": {"reasoning_content": "so", "content": "it"}},
            {"when": "new", "do": "reply", "message": {"reasoning": "so", "content": "it"}},
            {"when": "only", "do": "reply", "message": {"reasoning": "so", "content": None}},
        ]
    )
    async with started() as engine:
        for name, text in (("old", "it"), ("new", "it"), ("only", "")):
            reply = await engine.generate(ask(name))
            assert (reply.think, reply.text) == ("so", text)


async def test_a_missing_usage_is_no_count(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "reply", "usage": None}])
    async with started() as engine:
        reply = await engine.generate(ask("row 1"))
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == (None, None, None)
    assert reply.text


@pytest.mark.parametrize(
    ("choice", "message", "expected"),
    [
        ({"finish_reason": "content_filter"}, {}, Reason.REFUSED),
        ({}, {"content": None, "refusal": "I cannot help with that"}, Reason.REFUSED),
    ],
)
async def test_refusals(
    stub: Stub, started: Started, choice: dict[str, object], message: dict[str, object], expected: Reason
) -> None:
    error = await error_of(stub, started, {"do": "reply", "choice": choice, "message": message})
    assert isinstance(error, RowError)
    assert error.reason is expected


@pytest.mark.parametrize(
    ("word", "finish"),
    [
        ("stop", Finish.STOP),
        ("length", Finish.LENGTH),
        ("max_tokens", Finish.LENGTH),
        ("tool_calls", Finish.STOP),
        ("eos_token", Finish.STOP),
        (None, Finish.STOP),
    ],
)
async def test_finish_reasons(stub: Stub, started: Started, word: str | None, finish: Finish) -> None:
    stub.setup(rules=[{"do": "reply", "choice": {"finish_reason": word}}])
    async with started() as engine:
        assert (await engine.generate(ask("row 1"))).finish is finish


async def test_no_reason_but_all_tokens_used_is_a_cut(stub: Stub, started: Started) -> None:
    stub.setup(rules=[{"do": "reply", "choice": {"finish_reason": None}}])
    async with started() as engine:
        assert (await engine.generate(ask("row 1", max_tokens=16))).finish is Finish.LENGTH


@pytest.mark.parametrize("word", ["abort", "error"])
async def test_a_reply_that_was_given_up_may_pass(stub: Stub, started: Started, word: str) -> None:
    error = await error_of(stub, started, {"do": "reply", "choice": {"finish_reason": word}})
    assert isinstance(error, TransientError)


async def test_retry_after_comes_with_the_error(stub: Stub, started: Started) -> None:
    stub.setup(capacity=1, retry_after="7", delay_s=0.3)
    async with started() as engine:
        results = await asyncio.gather(
            *(engine.generate(ask(f"row {number}")) for number in range(5)), return_exceptions=True
        )
    refused = [result for result in results if isinstance(result, TransientError)]
    assert len(refused) == 4
    assert {(error.retry_after_s, error.overload) for error in refused} == {(7.0, True)}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": " 0.25 "}, 0.25),
        ({"retry-after-ms": "1500", "Retry-After": "2"}, 1.5),
        ({"Retry-After": "-4"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "1e300"}, LONGEST_WAIT_S),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
    ],
)
def test_retry_after_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_retry_after_as_a_date() -> None:
    date = email.utils.formatdate(time.time() + 90, usegmt=True)
    assert retry_after_s({"Retry-After": date}) == pytest.approx(90, abs=5)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_a_complaint(body: bytes) -> None:
    assert len(read_complaint(body).message) <= 301


@pytest.mark.parametrize(
    ("said", "too_long"),
    [
        ("This model's maximum context length is 4096 tokens, however you requested 5000 tokens", True),
        ("prompt is too long: 210000 tokens > 200000 maximum", True),
        ("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", True),
        ("Prompt contains 40000 tokens, too large for model with 32768 maximum context length", True),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 and 100", True),
        ("The input (9000 tokens) is longer than the model's context length (8192 tokens).", True),
        ("the request exceeds the available context size. try increasing it", True),
        ("Your request exceeded model token limit: 8192", True),
        ("max_tokens is too large: 9999. This model supports at most 4096 completion tokens", False),
        ("max_tokens: 200000 > 8192, which is the maximum allowed number of output tokens", False),
        ("at most 4 stop sequences, too many in this prompt", False),
        ("temperature must be less than or equal to 2", False),
        ("messages: at least one message is required", False),
    ],
)
def test_a_prompt_that_is_too_long_in_words_of_other_hosts(said: str, too_long: bool) -> None:
    error = failure(HttpAnswer(400, {}, orjson.dumps({"error": {"message": said}})), "http://x/v1")
    assert isinstance(error, RowError)
    assert (error.reason is Reason.PROMPT_TOO_LONG) is too_long


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "param", "detail", "status"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, st.integers(200, 599))
def test_any_json_ends_as_one_of_our_errors(value: object, status: int) -> None:
    error = failure(HttpAnswer(status, {}, orjson.dumps(value)), "http://x/v1")
    assert isinstance(error, RowError | TransientError | ConfigError | BudgetSpent)
    assert len(str(error)) < 500
