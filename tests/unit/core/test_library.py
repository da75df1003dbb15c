"""The library's door, also where an event loop runs already."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

import rtlglot
from rtlglot.records import Message, Request, Sampling

ROWS = '{"id": "a", "instruction": "Design a gate."}\n{"id": "b"}\n'
SETTINGS: dict[str, Any] = {
    "source": "instruction",
    "target": "description",
    "engine": "scripted",
    "model": "sentence",
}


def test_a_few_lines_do_the_job(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    seen: list[rtlglot.Outcome] = []

    class Look:
        def stage(self, text: str) -> None: ...
        def note(self, text: str) -> None: ...
        def tick(self, tally: object) -> None: ...
        def end(self, summary: rtlglot.Summary) -> None: ...
        def settled(self, outcome: rtlglot.Outcome) -> None:
            seen.append(outcome)

    summary = rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "out.jsonl", watch=Look(), **SETTINGS)
    assert (summary.accepted, summary.failed, summary.total, summary.exit_code) == (1, 1, 2, 0)
    assert {outcome.id for outcome in seen} == {"a", "b"}


async def test_it_opens_inside_a_running_loop_as_in_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    assert asyncio.get_running_loop().is_running()
    summary = rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "sync.jsonl", **SETTINGS)
    assert summary.accepted == 1
    again = await rtlglot.atransform(tmp_path / "in.jsonl", tmp_path / "async.jsonl", **SETTINGS)
    assert again.accepted == 1


def test_errors_are_ours_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(ROWS)
    with pytest.raises(rtlglot.RtlglotError) as caught:
        rtlglot.transform(tmp_path / "in.jsonl", tmp_path / "o.jsonl", **SETTINGS, temprature=1)
    assert "temperature" in caught.value.hint


def test_a_model_for_scripts_without_await() -> None:
    requests = [Request((Message("user", f"say {n}"),), Sampling(50)) for n in range(3)]
    with rtlglot.Model("echo", "scripted") as model:
        assert [reply.text for reply in model.ask(requests)] == ["say 0", "say 1", "say 2"]  # type: ignore[union-attr]
        assert len(model.ask(requests)) == 3
