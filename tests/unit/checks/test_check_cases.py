"""Each text in tests/cases/checks, climbed up to synth: statuses and findings as its first lines say.

`//! RUNG STATUS [SEVERITY CODE LINE[:COLUMN]]…` for each rung that the case is about; `//! std`,
`//! testbench` and `//! set CHECK.OPTION=VALUE` set the scene. Line 0 is a finding without a place;
notes are not listed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rtlglot.checks import CHECKS
from rtlglot.checks.ladder import asking, climb, ladder, ladders
from rtlglot.records import Context, Severity
from rtlglot.sandbox import open_box

CASES = sorted((Path(__file__).parents[2] / "cases" / "checks").glob("*.v"))
RUNGS = ",".join(name for name in ladders()["verilog"] if CHECKS.load(name)().applies(Context()))
"""Those that need nothing but the text."""


@pytest.fixture(scope="module")
def texts() -> Any:
    return {path.stem: path.read_text() for path in CASES}


def scene(text: str) -> Any:
    """Options, context and expectation from the marked lines."""
    options: dict[str, dict[str, str]] = {}
    context, expected = Context(), {}
    for line in text.splitlines():
        words = line.removeprefix("//! ").split()
        if not line.startswith("//! "):
            continue
        if words[0] == "set":
            name, _, value = words[1].partition("=")
            check, _, option = name.partition(".")
            options.setdefault(check, {})[option] = value
        elif words[0] == "std":
            context = Context(standard=words[1], testbench=context.testbench)
        elif words[0] == "testbench":
            context = Context(standard=context.standard, testbench="module tb; endmodule")
        else:
            expected[words[0]] = words[1:]
    return options, context, expected


def told(verdict: Any) -> list[str]:
    words = [verdict.status.value]
    for finding in verdict.findings:
        if finding.severity is not Severity.NOTE:
            words += [finding.severity.value, finding.code, f"{finding.line or 0}"]
    return words


async def test_every_case(texts: Any, subtests: pytest.Subtests) -> None:
    async with open_box(workers=2) as box:
        for name, text in texts.items():
            options, context, expected = scene(text)
            verdicts = await climb(ladder(RUNGS, options=options), context, asking(text, context, box))
            with subtests.test(name):
                assert expected
                assert {v.check: told(v) for v in verdicts if v.check in expected} == expected
