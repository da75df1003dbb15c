"""The engine of completions that exist already."""

import json
from pathlib import Path
from typing import Any

import pytest

from rtlglot.engines.recorded import RecordedEngine
from rtlglot.errors import ConfigError, RowError
from rtlglot.records import Message, Request, Sampling


def jsonl(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return str(path)


async def test_the_nth_sample_is_the_nth_completion(tmp_path: Path) -> None:
    lines = [{"task_id": "a", "completion": text} for text in ("one", "two")]
    engine = RecordedEngine(jsonl(tmp_path / "c.jsonl", *lines))
    await engine.start()
    chat = (Message("user", "?"),)
    reply = await engine.generate(Request(chat, Sampling(8), row_id="a", sample=1))
    assert reply.text == "two"
    for row, sample in (("a", 2), ("b", 0)):
        with pytest.raises(RowError, match="completions for"):
            await engine.generate(Request(chat, Sampling(8), row_id=row, sample=sample))
    await engine.aclose()


def test_the_identity_is_the_content(tmp_path: Path) -> None:
    one = jsonl(tmp_path / "1.jsonl", {"task_id": "a", "completion": "x"})
    two = jsonl(tmp_path / "2.jsonl", {"task_id": "a", "completion": "x"})
    other = jsonl(tmp_path / "3.jsonl", {"task_id": "a", "completion": "y"})
    assert RecordedEngine(one).identity() == RecordedEngine(two).identity()
    assert RecordedEngine(one).identity() != RecordedEngine(other).identity()


def test_what_is_no_completion_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file of completions"):
        RecordedEngine(str(tmp_path / "no.jsonl"))


async def test_a_line_without_a_completion_is_named(tmp_path: Path) -> None:
    engine = RecordedEngine(jsonl(tmp_path / "c.jsonl", {"task_id": "a"}))
    with pytest.raises(ConfigError, match="line 1"):
        await engine.start()
