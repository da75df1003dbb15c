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
