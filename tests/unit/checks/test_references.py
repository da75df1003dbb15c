"""Designs that are known to be good, and programs that are known to be broken."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import CheckStatus, Context
from rtlglot.sandbox import open_box

DATA = Path(__file__).parents[4] / "shared" / "data"
RUNGS = "screen,syntax,elaborate,synth"


def rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return [json.loads(line) for line in path.read_text().splitlines()]


async def verdicts_of(texts: list[str], standard: str = "sv2017") -> Any:
    context = Context(standard=standard)
    async with open_box() as box:
        checks = ladder(RUNGS)
        return await asyncio.gather(*(climb(checks, context, asking(text, context, box)) for text in texts))


async def test_every_verilogeval_reference_is_accepted() -> None:
    references = rows("verilogeval/spec-to-rtl.jsonl")
    climbed = await verdicts_of([row["ref"] for row in references])
    refused = {
        row["task_id"]: verdict
        for row, verdicts in zip(references, climbed, strict=True)
        for verdict in verdicts
        if verdict.status is not CheckStatus.PASS
    }
    assert (len(references), refused) == (156, {})


async def test_what_rtlfixers_broken_programs_are_refused_for() -> None:
    programs = rows("repair_rtlfixer_syntax.jsonl")
    climbed = await verdicts_of([row["broken"] for row in programs])
    stopped = Counter(
        next((verdict.check for verdict in verdicts if not verdict.ok), "nothing") for verdicts in climbed
    )
    assert stopped == {"syntax": 29, "elaborate": 136, "nothing": 9}
    # what is left compiles, or lacks a module that is not part of the text
    passed = {
        row["task_id"]: verdicts[-1].status.value
        for row, verdicts in zip(programs, climbed, strict=True)
        if all(verdict.ok for verdict in verdicts)
    }
    assert passed == {
        "andgate": "incomplete",
        "bugs_mux2": "incomplete",
        "m2014_q4g": "incomplete",
        "mux9to1v": "pass",
        "norgate": "incomplete",
        "notgate": "incomplete",
        "review2015_count1k": "pass",
        "vector3": "pass",
    }


async def test_rtlfixers_solutions_are_accepted() -> None:
    programs = rows("repair_rtlfixer_syntax.jsonl")
    climbed = await verdicts_of(sorted({row["canonical_solution"] for row in programs}))
    assert all(verdict.ok for verdicts in climbed for verdict in verdicts)
