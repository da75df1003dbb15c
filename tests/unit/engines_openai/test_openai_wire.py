"""JSON in and out, models' lists and lengths: pure functions and their properties."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtlglot.engines import lengths
from rtlglot.engines.openai import wire
from rtlglot.engines.openai.models import find_model, read_models
from rtlglot.errors import ConfigError, RowError, TransientError
from rtlglot.records import Finish, Message, Reason, Request, Sampling

texts = st.text(st.characters(exclude_categories=["Cs"]))


def reply_to(choice: dict[str, Any], **answer: Any) -> Any:
    return wire.read_reply({"choices": [choice], **answer}, 50, 0.5)


@given(st.lists(texts, min_size=1, max_size=4), texts)
def test_messages_and_replies_arrive_as_they_left(contents: list[str], text: str) -> None:
    messages = tuple(Message("user", content) for content in contents)
    request = Request(messages, Sampling(max_tokens=9))
    body = orjson.loads(wire.encode(wire.chat(request, 9, wire.Dialect("m"))))
    assert [message["content"] for message in body["messages"]] == contents
    reply = reply_to(wire.decode(orjson.dumps({"message": {"content": text}, "finish_reason": "stop"})))
    assert reply.text == text


@pytest.mark.parametrize(
    ("message", "text", "think"),
    [
        ({"content": "a"}, "a", None),
        ({"content": None}, "", None),
        ({}, "", None),
        ({"content": 7}, "", None),
        ({"content": "a", "reasoning_content": "b", "reasoning": "b"}, "a", "b"),
        ({"content": "a", "reasoning": ""}, "a", None),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab", None),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}, {"text": "a"}]},
            "a",
            "t",
        ),
        ({"content": ["x", None, {"image": 1}]}, "", None),
    ],
)
def test_forms_of_a_message(message: dict[str, Any], text: str, think: str | None) -> None:
    reply = reply_to({"message": message, "finish_reason": "stop"})
    assert (reply.text, reply.think) == (text, think)


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 4}, (3, 4, None)),
        ({"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}, (3, None, 2)),
        ({"prompt_tokens": "3", "completion_tokens": -1}, (None, None, None)),
        ({"prompt_tokens": True, "completion_tokens": 4.0}, (None, None, None)),
        (None, (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_forms_of_a_usage(usage: Any, counts: tuple[int | None, ...]) -> None:
    reply = reply_to({"message": {"content": "a"}, "finish_reason": "stop"}, usage=usage)
    assert (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens) == counts


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "finish_reason", "usage", "prompt_tokens", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(json_values)
def test_any_json_is_a_reply_or_none_or_one_of_our_errors(value: Any) -> None:
    try:
        reply = wire.read_reply(value, 50, 0.0)
    except (RowError, TransientError):
        return
    assert reply is None or (isinstance(reply.text, str) and isinstance(reply.finish, Finish))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\ud800x"}', {"a": "?x"}),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b"", None),
        (b"[" * 50_000, None),
        (b"<html>", None),
    ],
)
def test_what_servers_send_beside_json(body: bytes, value: Any) -> None:
    assert wire.decode(body) == value


def test_what_cannot_be_sent() -> None:
    with pytest.raises(RowError) as caught:
        wire.encode({"a": "\ud800"})
    assert caught.value.reason is Reason.BAD_REQUEST


@pytest.mark.parametrize(
    ("entry", "context"),
    [
        ({"id": "m", "max_model_len": 2048}, 2048),  # vLLM, SGLang
        ({"id": "m", "context_length": 8192}, 8192),  # OpenRouter, Together
        ({"id": "m", "context_window": 131072}, 131072),  # Groq
        ({"id": "m", "max_context_length": 32768}, 32768),  # Mistral
        (
            {"id": "m", "meta": {"n_ctx_train": 8192}},
            None,
        ),  # llama.cpp: what it was trained with, not what is served
        ({"id": "m", "max_model_len": None, "context_length": 4096}, 4096),
        ({"id": "m", "max_model_len": "many"}, None),
        ({"id": "m", "max_model_len": 0}, None),
    ],
)
def test_context_lengths_by_server(entry: dict[str, Any], context: int | None) -> None:
    (model,) = read_models(orjson.dumps({"object": "list", "data": [entry]}))
    assert (model.name, model.context_tokens) == ("m", context)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"data": {}}', b'{"data": [{"name": "m"}, 3]}', b"3"]
)
def test_what_is_no_list_of_models(body: bytes) -> None:
    assert read_models(body) == []


def test_finding_a_model() -> None:
    served = read_models(b'[{"id": "llama3:latest"}, {"id": "models/gemini"}, {"id": "m"}]')
    for asked, found in (
        ("", "llama3:latest"),
        ("llama3", "llama3:latest"),
        ("gemini", "models/gemini"),
        ("m", "m"),
    ):
        assert find_model(asked, served, "there").name == found
    many = read_models(orjson.dumps([{"id": f"model-{number:02}"} for number in range(30)]))
    with pytest.raises(ConfigError, match="and 18 more"):
        find_model("x", many, "there")


messages = st.lists(st.builds(Message, st.just("user"), st.text(max_size=400)), min_size=1, max_size=4)


@given(messages, st.integers(1, 500), st.integers(1, 2000))
def test_lengths_never_ask_for_more_than_wanted_nor_for_nothing(
    chat: list[Message], wanted: int, context: int
) -> None:
    assert lengths.estimate(chat) <= lengths.most(chat)
    sure = lengths.fits_surely(chat, wanted, context)
    try:
        allowed = lengths.fit_roughly(chat, wanted, context)
    except RowError:
        assert not sure
        return
    assert min(16, wanted) <= allowed <= wanted
    assert allowed == wanted or not sure


def test_unknown_context_takes_anything() -> None:
    assert lengths.fit_roughly([Message("user", "x" * 10**6)], 77, None) == 77
