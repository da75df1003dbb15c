"""The interface check: a candidate's header against the one it must have."""

from __future__ import annotations

from typing import Any

import pytest

from rtlglot.checks.interface import Interface
from rtlglot.records import CheckStatus, Context
from rtlglot.sandbox import open_box

HEADER = "module top #(parameter W = 8) (input clk, input [W-1:0] d, output reg [7:0] q);"
BODY = "always @(posedge clk) q <= d; endmodule"


@pytest.fixture
async def verdict() -> Any:
    async with open_box(workers=1) as box:

        async def ask(text: str, header: str = HEADER, options: Any = None) -> Any:
            return await Interface(options or {}).check(text, Context(interface=header), box)

        yield ask


def said(verdict: Any) -> Any:
    return [(one.code, one.message) for one in verdict.findings]


async def test_the_same_interface_written_otherwise(verdict: Any) -> None:
    for text in (
        f"{HEADER} {BODY}",
        f"module top #(parameter W = 8) (input wire clk, input logic [7:0] d, output reg [W-1:0] q); {BODY}",
        "module top (clk, d, q); parameter W = 8; input clk; input [7:0] d; output [7:0] q;"
        f" reg [7:0] q; {BODY}",
        f"module leaf(input x); endmodule {HEADER} leaf l(clk); {BODY}",
        f"{HEADER} {BODY} module tb; top t(); endmodule",
    ):
        found = await verdict(text)
        assert (found.status, said(found)) == (CheckStatus.PASS, [])
    assert found.data == {"module": "top", "ports": 3}


P = "#(parameter W = 8)"
CASES = {
    "name": (
        f"module tip {P} (input clk, input [7:0] d, output reg [7:0] q);",
        "module-name",
        "the module is called tip, but must be called top",
    ),
    "missing": (
        f"module top {P} (input clk, output reg [7:0] q);",
        "port-missing",
        "the input d (8 bits) is missing",
    ),
    "extra": (
        f"module top {P} (input clk, input rst, input [7:0] d, output reg [7:0] q);",
        "port-extra",
        "there must be no port rst",
    ),
    "width": (
        f"module top {P} (input clk, input [6:0] d, output reg [7:0] q);",
        "port-width",
        "d is 7 bits wide, but must be 8 bits wide",
    ),
    "range": (
        f"module top {P} (input clk, input [0:7] d, output reg [7:0] q);",
        "port-range",
        "the range of d is [0:7], but must be [7:0]",
    ),
    "direction": (
        f"module top {P} (output clk, input [7:0] d, output reg [7:0] q);",
        "port-direction",
        "clk is an output, but must be an input",
    ),
    "no parameter": (
        "module top (input clk, input [7:0] d, output reg [7:0] q);",
        "parameter-missing",
        "the parameter W (default 8) is missing",
    ),
    "default": (
        "module top #(parameter W = 4) (input clk, input [7:0] d, output reg [7:0] q);",
        "parameter-default",
        "the default of W is 4, but must be 8",
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_each_difference_is_told_in_plain_words(verdict: Any, case: Any) -> None:
    header, code, message = CASES[case]
    found = await verdict(f"// a comment\n{header} {BODY}")
    assert found.status is CheckStatus.FAIL
    assert (code, message) in said(found)
    assert all(one.line == 2 for one in found.findings if one.code == code)


async def test_a_port_spelled_otherwise_is_shown_the_nearest(verdict: Any) -> None:
    found = await verdict("module m(input data_i); endmodule", "module m(input data_in);")
    assert said(found)[0] == ("port-missing", "the input data_in (1 bit) is missing (nearest: data_i)")


async def test_parameters_can_be_left_out(verdict: Any) -> None:
    text = f"module top (input clk, input [7:0] d, output reg [7:0] q); {BODY}"
    assert (await verdict(text, options={"parameters": "false"})).status is CheckStatus.PASS


async def test_a_body_with_errors_does_not_hide_the_header(verdict: Any) -> None:
    found = await verdict(f"{HEADER} assign q = undeclared; endmodule")
    assert found.status is CheckStatus.PASS
    wrong = await verdict("module top(input clk); assign undeclared = 1; endmodule")
    assert ("port-missing", "the input d (8 bits) is missing") in said(wrong)


@pytest.mark.parametrize("text", ["", "no module", "module", "endmodule"])
async def test_a_text_without_a_module_fails(verdict: Any, text: str) -> None:
    found = await verdict(text)
    assert (found.status, [code for code, _ in said(found)]) == (CheckStatus.FAIL, ["module-name"])


@pytest.mark.parametrize("header", ["", "nothing", "module m(input [UNKNOWN:0] a);"])
async def test_a_header_that_cannot_be_read_is_unsupported(verdict: Any, header: str) -> None:
    assert (await verdict(f"{HEADER} {BODY}", header)).status is CheckStatus.UNSUPPORTED


async def test_a_header_in_the_old_style(verdict: Any) -> None:
    header = "module top(clk, q);\ninput clk;\noutput [7:0] q;"
    assert (await verdict("module top(input clk, output [7:0] q); endmodule", header)).ok
    assert not (await verdict("module top(input clk, output [8:0] q); endmodule", header)).ok


def test_it_asks_only_where_a_header_is_required() -> None:
    assert Interface({}).applies(Context(interface=HEADER))
    assert not Interface({}).applies(Context())
    assert not Interface({}).applies(Context(field="description", interface=HEADER))
