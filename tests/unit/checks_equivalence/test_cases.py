"""Every case through the whole check, in the real box with the real tools."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.checks_equivalence.equivalence_cases import Case, cases

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus

CASES = {case.name: case for case in cases()}


async def _all() -> dict[str, Verdict]:
    async with open_box(workers=2) as box:

        async def one(case: Case) -> Verdict:
            check = Equivalence(case.options)
            return await check.check(case.candidate, Context(reference=case.reference), box)

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
    for key in ("clocking", "engine", "semantics"):
        if key in wanted:
            assert verdict.data[key] == wanted[key]
    if "vacuous" in wanted:
        assert verdict.data["vacuous"] == wanted["vacuous"].split()
    if "says" in wanted:
        assert wanted["says"] in told
    if verdict.status == "different":
        _different(verdict, wanted)
    elif verdict.status != "unconfirmed":
        assert "trace" not in verdict.data


def _different(verdict: Verdict, wanted: dict[str, str]) -> None:
    trace = verdict.data["trace"]
    first = trace["first"]
    assert first["step"] == trace["skipped"] + len(trace["steps"]) - 1
    step = trace["steps"][-1]
    assert step["expected"][first["output"]] == first["expected"]
    assert any(w not in ("x", g) for w, g in zip(first["expected"], first["got"], strict=True))
    if "output" in wanted:
        assert first["output"] == wanted["output"]
    if "deep" in wanted:
        assert first["step"] > int(wanted["deep"])
    if "confirmed" in wanted and icarus.installed():
        assert verdict.data["confirmed"] is True
        assert "Icarus" in verdict.data["simulator"]


def test_there_are_cases() -> None:
    assert len(CASES) > 60
