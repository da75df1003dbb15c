"""Texts about designs, each with the findings that it must have and no others."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from rtlglot.checks.facts import FactsReader
from rtlglot.checks.fidelity.judge import judge
from rtlglot.records import CheckStatus, Context, Severity
from rtlglot.sandbox import open_box
from rtlglot.verilog.facts import Facts

CASES = sorted((Path(__file__).parents[2] / "cases" / "texts" / "fidelity").glob("*.txt"))
_PART = re.compile(r"^--- (\w+)\n(.*?)(?=^--- |\Z)", re.MULTILINE | re.DOTALL)


def parts(path: Path) -> dict[str, str]:
    return dict(_PART.findall(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def facts() -> dict[str, Facts]:
    async def read() -> dict[str, Facts]:
        reader = FactsReader()
        async with open_box(workers=2) as box:
            return {path.stem: await reader(parts(path)["verilog"], "sv2017", box) for path in CASES}

    return asyncio.run(read())


def test_there_are_cases() -> None:
    assert len(CASES) > 35


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_text_has_exactly_the_findings_of_its_case(path: Any, facts: Any) -> None:
    case = parts(path)
    field = "instruction" if "instruction" in case else "description"
    verdict = judge(case[field].strip(), facts[path.stem], Context(field=field, reference=case["verilog"]))
    found = [
        (one.severity.value, one.code, one.message)
        for one in verdict.findings
        if one.code != "not-contradicted"
    ]
    expected = [line.split(" ", 2) for line in case["findings"].splitlines() if line]
    assert len(found) == len(expected), found
    for severity, code, fragment in expected:
        assert any(one[:2] == (severity, code) and fragment in one[2] for one in found), (fragment, found)
    failed = any(one.severity is Severity.ERROR for one in verdict.findings)
    assert verdict.status is (CheckStatus.FAIL if failed else CheckStatus.PASS)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_finding_says_the_phrase_and_where_it_stands(path: Any, facts: Any) -> None:
    case = parts(path)
    field = "instruction" if "instruction" in case else "description"
    text = case[field].strip()
    verdict = judge(text, facts[path.stem], Context(field=field, reference=case["verilog"]))
    for one in verdict.findings:
        if one.severity is Severity.NOTE:
            continue
        if one.line is None:
            assert one.code == "port-missing"
            continue
        quoted = re.search(r'the text says "([^"…]*)', one.message)
        assert quoted is not None
        assert one.column is not None
        place = " ".join(text.splitlines()[one.line - 1][one.column - 1 :].split())
        first = quoted[1].split()[0]
        assert first in re.sub(r"[`*|]", " ", place).split()[0] or first in place[: len(first) + 8]
