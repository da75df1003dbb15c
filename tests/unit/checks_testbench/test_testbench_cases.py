"""Every case through the whole check, in the real box with the real simulator.

Each file in tests/cases/testbench has `// name: value` lines (expect, and what else is to be compared),
then its testbench, reference (which may be empty) and candidate.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus

FOLDER = Path(__file__).parents[2] / "cases" / "testbench"
pytestmark = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")


@dataclass(frozen=True)
class Case:
    """One file."""

    wanted: dict[str, str]
    testbench: str
    reference: str
    candidate: str


def _read(path: Path) -> Case:
    head, *texts = re.split(r"^// ---- \w+\n", path.read_text(), flags=re.MULTILINE)
    return Case(dict(re.findall(r"^// (\w+): (.+)$", head, re.MULTILINE)), *texts)


CASES = {path.stem: _read(path) for path in sorted(FOLDER.glob("*.sv"))}


async def _all() -> dict[str, Verdict]:
    async with open_box(workers=2) as box:

        async def one(case: Case) -> Verdict:
            options = dict(part.split("=") for part in case.wanted.get("options", "").split(",") if part)
            context = Context(testbench=case.testbench, reference=case.reference or None)
            return await Testbench(options).check(case.candidate, context, box)

        found = await asyncio.gather(*(one(case) for case in CASES.values()))
    return dict(zip(CASES, found, strict=True))


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    return asyncio.run(_all())


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, verdicts: dict[str, Verdict]) -> None:
    wanted, verdict = CASES[name].wanted, verdicts[name]
    told = " | ".join(finding.message for finding in verdict.findings)
    assert verdict.status in wanted["expect"].split(" or "), told
    if "says" in wanted:
        assert wanted["says"] in told
    for key in ("renamed_from", "samples"):
        if key in wanted:
            assert str(verdict.data[key]) == wanted[key]
    assert "Icarus" in verdict.data["simulator"]
    assert "/" not in told.replace(" / ", "").replace("a/an", "")


def test_there_are_cases() -> None:
    assert len(CASES) > 25
