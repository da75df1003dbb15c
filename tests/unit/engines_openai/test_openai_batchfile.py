"""Batch files: requests out, results in, nothing lost on the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.server.app import completion
from tests.server.rules import Setup
from tests.unit.engines_openai.chats import ask

from rtlglot.engines.openai.batchfile import (
    MOST_REQUESTS,
    RequestWriter,
    Result,
    custom_id,
    parse_custom_id,
    read_results,
)
from rtlglot.errors import ConfigError, InputError, OutputError, RowError, TransientError, UsageError
from rtlglot.records import Finish, Reason, Reply

KEY = bytes(range(20))
CHAT = {"choices": [{"message": {"content": "text"}, "finish_reason": "stop"}]}


def lines_of(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def results_of(folder: Path, *lines: Any) -> list[Result]:
    path = folder / "results.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines))
    return list(read_results(path))


def test_a_request_file_is_what_the_format_says(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with RequestWriter(path, "gpt-x", {"extra": {"top_k": 3}}) as writer:
        writer.add("one", ask("hello", max_tokens=7, seed=3))
        writer.add("two", ask("東京"))
        assert not path.exists()
    first, second = lines_of(path)
    assert first == {
        "custom_id": "one",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "gpt-x",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
            "max_tokens": 7,
            "temperature": 0.4,
            "top_p": 0.9,
            "seed": 3,
            "top_k": 3,
        },
    }
    assert second["body"]["messages"][1]["content"] == "東京"
    assert (writer.requests, writer.size_bytes) == (2, path.stat().st_size)
    assert writer.warning() == ""


def test_it_needs_no_endpoint_but_a_models_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name"):
        RequestWriter(tmp_path / "r.jsonl", "http://localhost:8000/v1")


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), RequestWriter(path, "m") as writer:
        writer.add("one", ask("hello", max_tokens=1 // 0))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_request_that_no_endpoint_takes_is_its_rows_failure(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with RequestWriter(path, "m", {"context_tokens": 500}) as writer:
        writer.add("good", ask("hello"))
        with pytest.raises(RowError) as too_long:
            writer.add("long", ask("word " * 5000))
        with pytest.raises(RowError) as broken:
            writer.add("broken", ask("\ud800"))
        writer.add("better", ask("hello"))
    assert too_long.value.reason is Reason.PROMPT_TOO_LONG
    assert broken.value.reason is Reason.BAD_REQUEST
    assert [line["custom_id"] for line in lines_of(path)] == ["good", "better"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"requests\.jsonl"),
        RequestWriter(tmp_path / "no/requests.jsonl", "m"),
    ):
        pass


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "requests.jsonl.part").symlink_to("/dev/full")
    no_space = pytest.raises(OutputError, match=os.strerror(errno.ENOSPC))
    with no_space, RequestWriter(tmp_path / "requests.jsonl", "m") as writer:
        writer.add("one", ask("hello"))
    assert not (tmp_path / "requests.jsonl").exists()


def test_too_many_for_openai_is_said(tmp_path: Path) -> None:
    with RequestWriter(tmp_path / "requests.jsonl", "m") as writer:
        writer.add("one", ask("hello"))
        writer.requests = MOST_REQUESTS + 1
        assert "split" in writer.warning()


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10**6), st.integers(0, 10**6))
def test_names_come_back_as_keys(request: bytes, sample: int, attempt: int) -> None:
    assert parse_custom_id(custom_id(request, sample, attempt)) == (request, sample, attempt)


@pytest.mark.parametrize("name", ["", "request-1", "00ff", "00ff-1", "zz-0-0", "00-a-0"])
def test_foreign_names_are_none(name: str) -> None:
    assert parse_custom_id(name) is None


def test_all_six_ways_a_line_can_end(tmp_path: Path) -> None:
    results = results_of(
        tmp_path,
        {"custom_id": "openai", "response": {"status_code": 200, "body": CHAT}, "error": None},
        {"custom_id": "bare", "response": CHAT},
        {
            "custom_id": "400",
            "response": {"status_code": 400, "body": {"error": {"code": "context_length_exceeded"}}},
        },
        {
            "custom_id": "500",
            "response": {"status_code": 500, "body": {"error": {"message": "oops"}}},
            "error": None,
        },
        {
            "custom_id": "expired",
            "response": None,
            "error": {"code": "batch_expired", "message": "not in time"},
        },
        # vLLM's run-batch: the status in the response, the complaint beside it, wrapped once more
        {
            "custom_id": "vllm",
            "response": {"status_code": 400, "request_id": "r", "body": None},
            "error": {"error": {"message": "too long", "param": "input_tokens", "code": 400}},
        },
    )
    by_name = {result.custom_id: result.outcome for result in results}
    assert [result.line for result in results] == [1, 2, 3, 4, 5, 6]
    for name in ("openai", "bare"):
        reply = by_name[name]
        assert isinstance(reply, Reply)
        assert (reply.text, reply.finish) == ("text", Finish.STOP)
    for name in ("400", "vllm"):
        error = by_name[name]
        assert isinstance(error, RowError)
        assert error.reason is Reason.PROMPT_TOO_LONG
    for name in ("500", "expired"):
        assert isinstance(by_name[name], TransientError)
    assert "not in time" in str(by_name["expired"])


def test_a_refused_reply_is_its_rows_failure(tmp_path: Path) -> None:
    body = {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}
    (result,) = results_of(tmp_path, {"custom_id": "a", "response": {"status_code": 200, "body": body}})
    assert isinstance(result.outcome, RowError)
    assert result.outcome.reason is Reason.REFUSED


@pytest.mark.parametrize("status", [401, 404])
def test_a_batch_refused_as_a_whole_stops(tmp_path: Path, status: int) -> None:
    with pytest.raises(ConfigError, match=f"line 1 answers {status}"):
        results_of(tmp_path, {"custom_id": "a", "response": {"status_code": status, "body": {}}})


def test_broken_lines_are_named_after_all_good_ones_were_given(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    good = orjson.dumps({"custom_id": "a", "response": {"status_code": 200, "body": CHAT}})
    path.write_bytes(b"\n".join([good, b'{"custom', good, b"[]", b"", good[: len(good) // 2]]))
    given: list[Result] = []
    with pytest.raises(InputError, match="3 lines are no results of a batch") as caught:
        given.extend(read_results(path))
    assert [result.line for result in given] == [1, 3]
    assert str(path) in str(caught.value)
    assert "line 2, 4, 6" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl"):
        list(read_results(tmp_path / "nowhere.jsonl"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8), st.randoms())
def test_requests_served_in_any_order_come_back_as_their_replies(
    tmp_path: Path, chats: list[str], order: Any
) -> None:
    path = tmp_path / "requests.jsonl"
    with RequestWriter(path, "stub") as writer:
        for number, text in enumerate(chats):
            writer.add(custom_id(KEY, number, 0), ask(text))
    served = [
        {
            "custom_id": line["custom_id"],
            "response": {"status_code": 200, "body": completion(line["body"], Setup(), None)},
            "error": None,
        }
        for line in lines_of(path)
    ]
    order.shuffle(served)
    back = {parse_custom_id(result.custom_id): result.outcome for result in results_of(tmp_path, *served)}
    for number, line in enumerate(lines_of(path)):
        reply = back.pop((KEY, number, 0))
        assert isinstance(reply, Reply)
        assert reply.text == completion(line["body"], Setup(), None)["choices"][0]["message"]["content"]
    assert back == {}
