"""What every check in the table promises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rtlglot.checks import CHECKS
from rtlglot.checks.ladder import ladders
from rtlglot.errors import UsageError
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import Box, open_box

GOOD = "module inverter(input a, output y);\n  assign y = ~a;\nendmodule\n"
TEXT = "The module inverter has the input a and the output y. The output y is the inverse of a."
TESTBENCH = """module tb;
  reg a = 0;
  wire y;
  inverter dut(.a(a), .y(y));
  initial begin
    #1 if (y !== 1) $display("FAILED");
    else $display("PASSED");
    $finish;
  end
endmodule
"""
HOSTILE = {
    "empty": "",
    "nul": "module m;\0 endmodule",
    "surrogate": "module m; \ud800 endmodule",
    "deep": "module m(output y); assign y = " + "(" * 5000 + "1" + ")" * 5000 + "; endmodule",
    "binary": "".join(map(chr, range(256))),
}
FIELDS = sorted({(name, field) for field, names in ladders().items() for name in names if name in CHECKS})


def make(name: str) -> Any:
    return CHECKS.load(name)({})


def context(field: str) -> Any:
    header = GOOD.splitlines()[0]
    return Context(field, GOOD, TESTBENCH, header, instruction=TEXT)


@pytest.fixture
async def box() -> Any:
    async with open_box(workers=2) as box:
        yield box


def test_every_check_stands_on_a_ladder() -> None:
    assert set(CHECKS) == {name for name, _ in FIELDS}


@pytest.mark.parametrize("name", list(CHECKS))
def test_a_check_has_the_name_it_is_listed_by(name: str) -> None:
    assert make(name).name == name


@pytest.mark.parametrize("name", list(CHECKS))
def test_identity_is_json_and_stays(name: str) -> None:
    first, second = make(name).identity(), make(name).identity()
    assert json.loads(json.dumps(first)) == json.loads(json.dumps(second))
    assert name in json.dumps(first)


@pytest.mark.parametrize("name", list(CHECKS))
def test_an_unknown_option_is_refused_by_name(name: str) -> None:
    with pytest.raises(UsageError, match=rf"check\.{name} has no option 'colour'"):
        CHECKS.load(name)({"colour": "red"})


@pytest.mark.parametrize(("name", "field"), FIELDS)
async def test_a_verdict_is_plain_data(box: Box, name: str, field: str) -> None:
    check = make(name)
    text = GOOD if field == "verilog" else TEXT
    assert check.applies(context(field)) is True
    verdict = await check.check(text, context(field), box)
    assert isinstance(verdict, Verdict)
    assert (verdict.check, isinstance(verdict.status, CheckStatus)) == (name, True)
    assert json.loads(json.dumps(dict(verdict.data))) == dict(verdict.data)


@pytest.mark.parametrize(("name", "field"), FIELDS)
@pytest.mark.parametrize("kind", list(HOSTILE))
async def test_no_text_makes_a_check_raise(box: Box, name: str, field: str, kind: str) -> None:
    verdict = await make(name).check(HOSTILE[kind], context(field), box)
    assert verdict.check == name
    assert all("\n" not in finding.message for finding in verdict.findings)
