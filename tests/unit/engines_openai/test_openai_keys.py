"""Keys: read from the environment, sent where they belong, found nowhere else."""

from __future__ import annotations

import base64
import dataclasses
import logging
import pickle
import traceback
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server import Stub
from tests.unit.engines_openai.chats import Started, ask

from rtlglot.engines.openai.credentials import MASK, Secrets
from rtlglot.engines.openai.engine import OpenAiEngine
from rtlglot.errors import ConfigError, RtlglotError, UsageError

KEY = "sk-proj-Zu7Qx0/+v=_Wq-93hKw"


def everything_said(error: BaseException) -> str:
    """All that a log with full traceback, repr and attributes would hold of an error."""
    said = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    for linked in (error.__cause__, error.__context__):
        if linked is not None:
            said += everything_said(linked)
    return said


def request_of(stub: Stub) -> dict[str, Any]:
    last: dict[str, Any] = stub.stats()["last"]
    return last


@pytest.mark.parametrize(
    "names", [["RTLGLOT_API_KEY"], ["OPENAI_API_KEY"], ["RTLGLOT_API_KEY", "OPENAI_API_KEY"]]
)
async def test_the_key_comes_from_the_environment(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    monkeypatch.setenv(names[-1], "another-key-of-mine")
    monkeypatch.setenv(names[0], KEY + "\n")
    stub.setup(key=KEY)
    async with started() as engine:
        await engine.generate(ask("hello"))
    assert request_of(stub)["headers"]["Authorization"] == f"Bearer {KEY}"


async def test_without_a_key_no_header_is_sent(stub: Stub, started: Started) -> None:
    async with started() as engine:
        await engine.generate(ask("hello"))
    assert "Authorization" not in request_of(stub)["headers"]


async def test_a_variable_of_ones_own(stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "not-this-one-please")
    async with started(api_key_env="MY_KEY", organization="org-1") as engine:
        await engine.generate(ask("hello"))
    headers = request_of(stub)["headers"]
    assert (headers["Authorization"], headers["OpenAI-Organization"]) == (f"Bearer {KEY}", "org-1")


async def test_a_variable_that_is_not_set_is_named(stub: Stub, started: Started) -> None:
    with pytest.raises(ConfigError, match="MY_KEY is not set"):
        async with started(api_key_env="MY_KEY"):
            pass


async def test_a_key_that_no_header_can_hold_is_not_shown(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY + "\r\nX-Evil: 1")
    with pytest.raises(ConfigError) as caught:
        async with started():
            pass
    assert KEY not in everything_said(caught.value)


async def test_headers_may_name_variables(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_KEY", KEY)
    async with started(headers='{"api-key": "$AZURE_KEY", "X-Team": "rtl"}') as engine:
        await engine.generate(ask("hello"))
        assert KEY not in repr(engine.identity())
    headers = request_of(stub)["headers"]
    assert (headers["api-key"], headers["X-Team"]) == (KEY, "rtl")


@pytest.mark.parametrize("header", ["api-key", "Authorization", "X-Auth-Token", "Cookie"])
async def test_a_key_written_out_in_an_option_is_refused(stub: Stub, header: str) -> None:
    with pytest.raises(UsageError, match="written out") as caught:  # before a ledger is opened
        OpenAiEngine("stub", {"base_url": stub.base_url, "headers": {header: KEY}})
    assert KEY not in everything_said(caught.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A\r\nX-B": "1"},
        {"X A": "1"},
        {"": "1"},
        {"X-A": "1\n"},
        {"Content-Length": "3"},
        {"CONNECTION": "x"},
    ],
)
async def test_headers_that_would_make_another_request_are_refused(
    stub: Stub, headers: dict[str, str]
) -> None:
    with pytest.raises(UsageError, match="headers"):
        await OpenAiEngine("stub", {"base_url": stub.base_url, "headers": headers}).start()
    with pytest.raises(UsageError, match="Organization"):
        await OpenAiEngine("stub", {"base_url": stub.base_url, "organization": "a\r\nb: c"}).start()


@pytest.mark.parametrize(
    "url",
    [f"http://user:{KEY}@localhost:1/v1", f"http://{KEY}@localhost/v1", f"http://localhost/v1?api_key={KEY}"],
)
def test_a_key_in_the_url_is_refused_and_not_shown(url: str) -> None:
    for model, options in (("m", {"base_url": url}), (url, {})):
        with pytest.raises(UsageError) as caught:
            OpenAiEngine(model, options)
        assert KEY not in everything_said(caught.value)


ECHOES = {
    "whole": f"Incorrect API key provided: {KEY}.",
    "header": f"Authorization: Bearer {KEY}",
    "start": f"Incorrect API key provided: {KEY[:14]}*********.",
    "quoted": "key=sk-proj-Zu7Qx0%2F%2Bv%3D_Wq-93hKw",
    "escaped": '{"error": {"message": "got sk-proj-Zu7Qx0\\/+v=_Wq-93hKw"}}',
    "base64": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
    "cut by us": "x" * 290 + KEY,
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, 302])
async def test_no_error_repeats_the_key(
    stub: Stub,
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    echo: str,
    status: int,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    headers = {"Location": f"http://other/{KEY}"} if status == 302 else {}
    stub.setup(rules=[{"do": "status", "status": status, "body": echo, "headers": headers}])
    async with started() as engine:
        with pytest.raises(RtlglotError) as caught:
            await engine.generate(ask("hello"))
        said = everything_said(caught.value) + repr(engine) + repr(engine.identity()) + caplog.text
    for form in (
        KEY,
        KEY[:14],
        KEY.replace("/", "\\/"),
        KEY[8:],
        KEY[-12:],
        ECHOES["quoted"][4:],
        ECHOES["base64"],
    ):
        assert form not in said


async def test_a_reply_that_repeats_the_key_is_blotted(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    stub.setup(rules=[{"do": "reply", "message": {"content": f"your key is {KEY}", "reasoning": KEY}}])
    async with started() as engine:
        reply = await engine.generate(ask("hello"))
    assert reply.text == f"your key is {MASK}"
    assert reply.think == MASK


@pytest.mark.parametrize("do", ["disconnect", "cut", "hang"])
async def test_broken_connections_drag_no_request_along(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch, do: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    stub.setup(rules=[{"do": do}])
    async with started(timeout_s=0.5) as engine:
        with pytest.raises(RtlglotError) as caught:
            await engine.generate(ask("hello"))
    assert KEY not in everything_said(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


async def test_nothing_that_is_kept_holds_the_key(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with started() as engine:
        reply = await engine.generate(ask("hello"))
    kept = [dataclasses.asdict(reply), dict(engine.identity()), dataclasses.asdict(engine._options)]
    assert KEY not in orjson.dumps(kept).decode()
    assert KEY.encode() not in pickle.dumps(Secrets([])) + repr(Secrets([KEY])).encode()


def test_dummies_garble_nothing() -> None:
    assert Secrets(["x", "EMPTY"]).scrub(b"EMPTY box, a text") == b"EMPTY box, a text"


@given(st.text("abcdefghij-_0123", min_size=6, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_scrubbing_leaves_no_secret_and_all_the_rest(key: str, before: str, after: str) -> None:
    scrubbed = Secrets([key]).scrub_text(f"{before} {key} {after}")
    assert key not in scrubbed.replace(MASK, "")
    if key not in before + after and key[:12] not in before + after:
        assert scrubbed == f"{before} {MASK} {after}"


def escaped(how: str) -> str:
    spell = {
        "json": lambda c: f"\\u{ord(c):04x}",
        "JSON in JSON": lambda c: f"\\\\u{ord(c):04X}",
        "every other": lambda c: f"\\u{ord(c):04x}" if ord(c) % 2 else c,
        "c": lambda c: f"\\x{ord(c):02x}",
        "html": lambda c: f"&#{ord(c)};",
        "html hex": lambda c: f"&#x{ord(c):X};",
    }[how]
    return "".join(map(spell, KEY))


@pytest.mark.parametrize("how", ["json", "JSON in JSON", "every other", "c", "html", "html hex"])
def test_a_key_spelled_in_escapes_is_blotted(how: str) -> None:
    body = f'{{"content": "your key is {escaped(how)}, keep it"}}'.encode()
    assert Secrets([KEY]).scrub(body) == f'{{"content": "your key is {MASK}, keep it"}}'.encode()


async def test_a_reply_that_spells_the_key_brings_it_nowhere(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    body = '{"choices": [{"message": {"content": "' + escaped("json") + '"}, "finish_reason": "stop"}]}'
    stub.setup(rules=[{"do": "status", "status": 200, "body": body}])
    async with started() as engine:
        reply = await engine.generate(ask("hello"))
    assert reply.text == MASK


@pytest.mark.parametrize(
    "extra",
    [
        {"api_key": "abcdefgh"},
        {"provider": {"Authorization": "abcdefgh"}},
        {"nested": [{"any": "sk-abcdefghijklmnop"}]},
        {"user": f"me {KEY}"},
    ],
)
async def test_a_key_in_extra_is_refused(
    stub: Stub, started: Started, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(UsageError, match="kept in the ledger") as caught:
        OpenAiEngine("stub", {"base_url": stub.base_url, "extra": extra})
    assert KEY not in str(caught.value)


def test_what_only_sounds_like_a_key_is_no_secret(stub: Stub) -> None:
    extra = {"skip_special_tokens": True, "prompt_cache_key": "rtl", "stop_token_ids": [1], "user": "sketch"}
    OpenAiEngine("stub", {"base_url": stub.base_url, "extra": extra})
