"""Texts, each with the findings about its wording that it must have and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.checks_text.test_fidelity_cases import parts

from rtlglot.checks.wording import Wording
from rtlglot.errors import UsageError
from rtlglot.records import CheckStatus, Context, Severity
from rtlglot.sandbox import open_box

CASES = sorted((Path(__file__).parents[2] / "cases" / "texts" / "wording").glob("*.txt"))
PROSE = "The toggle module inverts its output q at each rising edge of clk while t is high."
CODE = "assign y = (a & b) | (c & d);\nassign z = ~y;\n"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_text_has_exactly_the_findings_of_its_case(path: Any) -> None:
    case = parts(path)
    field = "instruction" if "instruction" in case else "description"
    text = case[field].removesuffix("\n")
    verdict = Wording({}).judge(text, Context(field=field, reference=case.get("verilog")))
    found = [(one.severity.value, one.code, one.message) for one in verdict.findings]
    expected = [line.split(" ", 2) for line in case["findings"].splitlines() if line]
    assert len(found) == len(expected), found
    for severity, code, fragment in expected:
        assert any(one[:2] == (severity, code) and fragment in one[2] for one in found), (fragment, found)
    failed = any(one.severity is Severity.ERROR for one in verdict.findings)
    assert verdict.status is (CheckStatus.FAIL if failed else CheckStatus.PASS)


def test_there_are_cases() -> None:
    assert len(CASES) > 35


def leak(text: str, **context: Any) -> Any:
    return Wording({}).judge(text, Context(field="description", **context)).data["leak"]


def test_the_leak_score_goes_from_prose_to_code() -> None:
    assert leak(PROSE) == 0
    assert 0.2 < leak(f"{PROSE}\n{CODE}") < 0.8
    assert leak(f"module m;\n{CODE}endmodule") > 0.95


def test_code_in_a_sentence_leaks_only_against_its_reference() -> None:
    text = "The output y is (a & b) | (c & d) ^ ~(e | f & g) for all values of its inputs."
    reference = (
        "module m(input a,b,c,d,e,f,g, output y); assign y = (a & b) | (c & d) ^ ~(e | f & g); endmodule"
    )
    assert leak(text) == 0
    assert leak(text, reference=reference) > 0.5


def test_naming_the_ports_is_no_leak() -> None:
    header = "module alu(input [7:0] a, input [7:0] b, input [2:0] op, output reg [7:0] y);"
    reference = (
        f"{header} always @(*) case (op) 0: y = a + b; 1: y = a - b; default: y = a & b; endcase endmodule"
    )
    text = "The alu has the 8-bit inputs a and b, the 3-bit input op and the 8-bit output y."
    assert leak(text, reference=reference) == 0


def test_the_threshold_is_an_option() -> None:
    text = f"{PROSE}\n{CODE}"
    context = Context(field="description")
    assert Wording({"max_leak": "0.9"}).judge(text, context).ok
    assert not Wording({"max_leak": "0.1"}).judge(text, context).ok
    assert Wording({"max_leak": 0.9}).identity() != Wording({}).identity()
    with pytest.raises(UsageError, match="max_leak"):
        Wording({"max_leak": "much"})


def test_a_huge_text_is_no_description() -> None:
    verdict = Wording({}).judge(f"{PROSE} " * 5000, Context(field="description"))
    assert "too-long" in {one.code for one in verdict.findings}


def test_it_asks_only_for_prose() -> None:
    assert Wording({}).applies(Context(field="description"))
    assert Wording({}).applies(Context(field="someone's own"))
    assert not Wording({}).applies(Context(field="verilog"))


async def test_it_runs_as_a_check() -> None:
    async with open_box(workers=1) as box:
        verdict = await Wording({}).check(PROSE, Context(field="description"), box)
    assert (verdict.check, verdict.status) == ("wording", CheckStatus.PASS)
