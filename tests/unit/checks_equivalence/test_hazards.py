"""Where simulation and synthesis part ways: what is seen, and what must not be."""

from __future__ import annotations

import pytest

from rtlglot.tools.slang.hazards import hazards_of
from rtlglot.tools.slang.source import read_source


def hazards(body: str, ports: str = "input clk, input a, input b, input [3:0] v, output reg y") -> list[str]:
    source = read_source(f"module m({ports});\n{body}\nendmodule", "sv2017", hazards_of)
    assert not source.problems, source.problems
    return [f"{remark.code} {remark.line}" for remark in source.tops[0].remarks]


@pytest.mark.parametrize(
    "body",
    [
        "always @(a) y = a & b;",
        "always @(a or v[0]) y = a & v[1];",
        "always @(a or b) case (v) 0: y = a; default: y = b; endcase",
        "always @(v[0]) y = v[a];",
        "reg t; always @(a) begin t <= a; y <= t; end",
        "reg [1:0] m [0:3]; always @(a) y = m[a];",
        "function f(input p); f = p & b; endfunction always @(a) y = f(a);",
        "function f(input p); f = p & b; endfunction always @* y = f(a);",
        "function f(input p); f = p & b; endfunction wire w; assign w = f(a); always @* y = w;",
        "function f(input p); f = p & b; endfunction wire w = f(a); always @* y = w;",
        "task t; y = a & b; endtask always @(a) t;",
        "always @* y = 1;",
        "always @(a & b) y = a;",
    ],
)
def test_incomplete_sensitivity(body: str) -> None:
    assert [found.split()[0] for found in hazards(body)] == ["sensitivity"]


@pytest.mark.parametrize(
    "body",
    [
        "always @(a or b) y = a & b;",
        "always @(a, b) y = a & b;",
        "always @* y = a & b;",
        "always_comb y = 1;",
        "always @({a, b}) y = a & b;",
        "always @(v) y = v[0] & v[3];",
        "always @(v[1]) y = v[1];",
        "localparam P = 1; always @(a) y = a & P;",
        "always @(a or b) begin : named reg t; t = a; y = t & b; end",
        "reg t; always @(a or b) begin t = a; y = t & b; end",
        "integer i; always @(v) begin y = 0; for (i = 0; i < 4; i = i + 1) y = y ^ v[i]; end",
        "always @(posedge clk) y <= a & b;",
        "always @(posedge clk or negedge a) if (!a) y <= 0; else y <= b;",
        "function f(input p); f = p & b; endfunction always_comb y = f(a);",
        "function f(input p); f = ~p; endfunction always @(a) y = f(a);",
        "always @(a) y = a & ($bits(v) == 4);",
        "initial y = 0;",
        "always @* begin y = 0; if (a) y = b; end",
    ],
)
def test_nothing_to_remark(body: str) -> None:
    assert hazards(body) == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("always @* begin y = y ^ a; end", ["order 2"]),
        ("reg t;\nalways @* begin y = t; t = a; end", ["order 3"]),
        ("always_comb begin y = a; y = y & b; end", []),
        ("always @(posedge clk) y <= #1 a;", []),
        ("always @(posedge clk) y = #1 a;", ["delay 2"]),
        ("always @* #3 y = a;", ["delay 2"]),
        ("wire #2 w = a;\nalways @* y = w;", ["delay 2"]),
        ("wire w;\nassign #1 w = a;\nalways @* y = w;", ["delay 3"]),
        ("wire w;\nand #1 (w, a, b);\nalways @* y = w;", ["delay 3"]),
        ("reg p;\nalways @(posedge clk) p = a;\nalways @(posedge clk) y <= p;", ["race 3"]),
        ("reg p;\nalways @(posedge clk) p <= a;\nalways @(posedge clk) y <= p;", []),
        ("reg p;\nalways @(posedge clk) begin p = a; y <= p; end", []),
        ("always @* y = (a === 1'bx) ? b : a;", ["x-compare 2"]),
        ("always @* y = (a === 1'b1) ? b : a;", []),
    ],
)
def test_order_delay_race_and_x(body: str, wanted: list[str]) -> None:
    assert hazards(body) == wanted


def test_below_the_top_too() -> None:
    text = (
        "module inner(input a, input b, output reg y);\nalways @(a) y = a & b;\nendmodule\n"
        "module m(input a, input b, output y);\ninner u(.a(a), .y(y), .b(b));\nendmodule\n"
    )
    (top,) = read_source(text, "sv2017", hazards_of).tops
    assert [(remark.code, remark.line) for remark in top.remarks] == [("sensitivity", 2)]
    assert "u.b" in top.remarks[0].message
