"""The fidelity check as a check: statuses, and no alarm on the examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rtlglot.checks.fidelity.check import Fidelity
from rtlglot.checks.wording import Wording
from rtlglot.records import CheckStatus, Context, Severity
from rtlglot.sandbox import open_box

EXAMPLES = json.loads((Path(__file__).parents[3] / "examples" / "rtl.json").read_text(encoding="utf-8"))
MISSING = "module m(input clk, input [3:0] a, output y); elsewhere e(clk, a, y); endmodule"
BROKEN = "module m(input a, output y); assign y = b; endmodule"
NO_NETLIST = "module m(input clk, input [3:0] a, output reg q); initial forever #5 q = ~q; endmodule"


@pytest.fixture
async def verdict() -> Any:
    async with open_box(workers=2) as box:
        check = Fidelity({})

        async def ask(text: str, reference: Any, field: str = "description", **context: Any) -> Any:
            return await check.check(text, Context(field=field, reference=reference, **context), box)

        yield ask


async def test_true_texts_raise_no_alarm(verdict: Any) -> None:
    alarms = []
    for key, row in EXAMPLES.items():
        for field in ("instruction", "description"):
            found = await verdict(row[field], row["verilog"], field)
            wording = Wording({}).judge(row[field], Context(field=field, reference=row["verilog"]))
            if (found.status, wording.status) != (CheckStatus.PASS, CheckStatus.PASS):
                alarms.append((key, field, found.findings, wording.findings))
            assert found.data["claims"] > 1
    assert alarms == []


async def test_a_reference_with_a_missing_module_is_incomplete_where_time_is_claimed(verdict: Any) -> None:
    ports = "The module m passes the 4-bit input a and clk to the output y."
    assert (await verdict(ports, MISSING)).status is CheckStatus.PASS
    timed = await verdict(ports + " It works on the rising edge of clk.", MISSING)
    assert timed.status is CheckStatus.INCOMPLETE
    assert "elsewhere" in timed.findings[-1].message


async def test_what_is_wrong_about_ports_fails_also_then(verdict: Any) -> None:
    found = await verdict("The module m has the 5-bit input a. On the rising edge of clk it sets y.", MISSING)
    assert found.status is CheckStatus.FAIL


async def test_a_broken_reference_is_unsupported(verdict: Any) -> None:
    found = await verdict("The module m sets y.", BROKEN)
    assert found.status is CheckStatus.UNSUPPORTED
    assert found.findings[0].severity is Severity.NOTE
    assert "'b'" in found.findings[0].message


async def test_without_a_netlist_claims_about_time_are_unsupported(verdict: Any) -> None:
    found = await verdict("The module m has clk, a and q and works on the rising edge of clk.", NO_NETLIST)
    assert found.status is CheckStatus.UNSUPPORTED
    assert (await verdict("The module m has clk, a and q.", NO_NETLIST)).status is CheckStatus.PASS


async def test_a_required_header_names_the_ports_for_the_request(verdict: Any) -> None:
    reference = "module m(input a, input b, output y); assign y = a & b; endmodule"
    request = "Write the module m: y is 1 when a is 1 and the other input too."
    assert (await verdict(request, reference, "instruction")).status is CheckStatus.FAIL
    header = "module m(input a, input b, output y);"
    assert (await verdict(request, reference, "instruction", interface=header)).ok


def test_it_asks_only_where_there_is_a_reference() -> None:
    assert Fidelity({}).applies(Context(field="description", reference=BROKEN))
    assert not Fidelity({}).applies(Context(field="description"))
    assert not Fidelity({}).applies(Context(field="verilog", reference=BROKEN))


CONVERTER = "module bin2dec(input clk, input rst_n, input [7:0] b, output reg [11:0] d);\n"
CONVERTER += "always @(posedge clk or negedge rst_n) if (!rst_n) d <= 0; else d <= {b[7:4], b}; endmodule"
VAGUE = "The binary to decimal converter is called binary to decimal converter."
FULL = (
    "The module bin2dec has the inputs clk, rst_n and b (8 bits) and the 12-bit output d. On the rising edge "
    "of clk it sets d. The asynchronous, active-low reset rst_n clears d."
)


async def test_a_yes_is_no_more_than_not_contradicted(verdict: Any) -> None:
    vague, full = await verdict(VAGUE, CONVERTER), await verdict(FULL, CONVERTER)
    assert vague.status is full.status is CheckStatus.PASS
    assert vague.data["coverage"] == 0
    assert (full.data["coverage"], full.data["ports"], full.data["facts"]) == (1, [4, 4], [5, 5])
    assert "not contradicted: it names 0 of 4 ports" in vague.findings[-1].message
    assert vague.findings[-1].severity is Severity.NOTE


@pytest.mark.parametrize("options", [{"strict": True}, {"coverage": 0.5}, {"coverage": "0.01"}])
async def test_a_text_that_says_little_can_be_refused(options: Any) -> None:
    async with open_box(workers=1) as box:
        check = Fidelity(options)
        for text, status in ((VAGUE, CheckStatus.FAIL), (FULL, CheckStatus.PASS)):
            context = Context(field="description", reference=CONVERTER)
            assert (await check.check(text, context, box)).status is status
    assert check.identity() != Fidelity({}).identity()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("While rst_n is high, d is cleared.", "reset-polarity"),
        ("When rst_n is 1, the output d is set to zero.", "reset-polarity"),
        ("If rst_n is high then d goes to 0.", "reset-polarity"),
        ("The output d is cleared while rst_n is high.", "reset-polarity"),
        ("d is set to 0 when rst_n is 1'b1.", "reset-polarity"),
        ("While rst_n is low, d is set to 0 synchronously.", "reset-synchrony"),
        ("Whenever rst_n is low d is cleared at the next rising edge.", "reset-synchrony"),
        ("If rst_n is low, d is synchronously reset.", "reset-synchrony"),
        ("While rst_n is low, d is cleared at once.", ""),
        ("When rst_n is low, d is asynchronously set to all zeros.", ""),
        ("When rst_n is high, d is not cleared.", ""),
        ("When rst_n is high, d is set to the digits of b.", ""),
        ("While rst_n is high, d follows b; only then is it set.", ""),
    ],
)
async def test_what_happens_while_a_reset_has_a_level(verdict: Any, text: str, code: str) -> None:
    found = await verdict(f"The module bin2dec has the 8-bit input b and clk. {text}", CONVERTER)
    errors = [one.code for one in found.findings if one.severity is Severity.ERROR]
    assert errors == ([code] if code else []), found.findings
