"""No value of any field of a reply ends a run or hangs it: replies drawn from the API's schema and beyond."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.server import Stub

import rtlglot
from rtlglot.engines.openai import wire
from rtlglot.engines.openai.engine import _read
from rtlglot.engines.openai.faults import HttpAnswer
from rtlglot.errors import RtlglotError
from rtlglot.ledger import Ledger
from rtlglot.records import Message, Reply, Request, Sampling
from rtlglot.run import supervise

anything: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, 1e308, float("nan")])
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=6)  # half a surrogate pair among them
    | st.sampled_from(["", "\0", "\ud800", "²", "9" * 5000, "429", "stop", "error"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def either(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return usual | usual | anything


part = st.fixed_dictionaries(
    {},
    optional={"type": anything, "text": either(st.text(max_size=5)), "thinking": anything},
)
message = st.fixed_dictionaries(
    {"content": either(st.just("The unit has a clock.") | st.lists(part, max_size=3))},
    optional={
        "role": anything,
        "refusal": anything,
        "reasoning": anything,
        "reasoning_content": anything,
        "tool_calls": anything,
    },
)
error = st.fixed_dictionaries(
    {},
    optional={
        "message": either(st.just("the context is too long")),
        "code": either(st.integers(100, 999) | st.sampled_from(["insufficient_quota", "unsupported_value"])),
        "type": anything,
        "param": anything,
        "status": anything,
    },
)
choice = st.fixed_dictionaries(
    {"message": either(message), "finish_reason": either(st.sampled_from(["stop", "length", "error"]))},
    optional={"index": anything, "logprobs": anything, "error": either(error)},
)
usage = st.fixed_dictionaries(
    {},
    optional={
        "prompt_tokens": either(st.integers(0, 9)),
        "completion_tokens": either(st.integers(0, 9)),
        "prompt_tokens_details": either(st.fixed_dictionaries({"cached_tokens": anything})),
    },
)
answer = st.fixed_dictionaries(
    {"choices": either(st.lists(either(choice), max_size=2))},
    optional={"id": anything, "model": anything, "usage": either(usage), "error": either(error)},
)
answers = st.tuples(
    st.just(200) | st.sampled_from([100, 200, 204, 299, 400, 403, 418, 422, 500, 999]), answer
)


def body_of(value: Any) -> str:
    return json.dumps(value)  # NaN and half pairs as servers send them


async def test_whatever_is_read_as_a_reply_can_be_kept(tmp_path: Path) -> None:
    request = Request((Message("user", "Design it."),), Sampling(50), "r0")
    read: list[Reply] = []

    @settings(max_examples=200, deadline=None)
    @given(
        answers.map(lambda drawn: drawn[1]) | st.fixed_dictionaries({"choices": st.lists(choice, min_size=1)})
    )
    def reads(value: Any) -> None:
        with contextlib.suppress(RtlglotError):
            read.append(_read(HttpAnswer(200, {}, body_of(value).encode()), 50, 0.0, "http://x/v1"))

    reads()
    with contextlib.closing(Ledger(tmp_path / "out.jsonl.ledger")) as ledger:
        ledger.start_writing()
        keys = [number.to_bytes(16, "big") for number in range(len(read))]
        await asyncio.gather(*(ledger.save_reply(k, request, r) for k, r in zip(keys, read, strict=True)))
        await ledger.stop_writing()
        for key, reply in zip(keys, read, strict=True):
            found = ledger.reply(key, 0, 0)
            assert found is not None
            assert found.completion_tokens == reply.completion_tokens
    assert len(read) > 5


def test_a_list_of_parts_within_parts_is_no_endless_descent() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [{"thinking": deep}]
    reply = wire.read_reply({"choices": [{"message": {"content": deep}}]}, 50, 0.0)
    assert reply is not None


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@given(st.lists(answers, min_size=30, max_size=30))
@pytest.mark.filterwarnings("default")
def test_a_run_over_such_replies_ends_with_an_outcome_for_every_row(
    stub: Stub, tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    rows = [{"id": f"r{n}", "instruction": f"Design the unit {n} ."} for n in range(40)]
    rules = [
        {"do": "status", "when": f"unit {n} .", "status": max(status, 200), "body": body_of(value)}
        for n, (status, value) in enumerate(drawn, 5)
    ]
    stub.setup(rules=rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(supervise, "LONGEST_PAUSE_S", 0.001)
        summary = rtlglot.transform(
            rows, folder / "out.jsonl", source="instruction", target="description", check="none",
            model=stub.base_url,
        )  # fmt: skip
    assert summary.ending == "done"
    assert summary.pending == 0
    assert summary.accepted >= 10
