"""Designs that nest deeper than anybody writes by hand, and memories that a reset clears word by word."""

from __future__ import annotations

import pytest

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import Context
from rtlglot.sandbox import open_box

CHAIN = " else ".join(f"if (a == {n}) q = {n * 7 % 256};" for n in range(1_000))
TERNARY = " : ".join(f"a == {n} ? {n * 7 % 256}" for n in range(300))


@pytest.mark.parametrize(
    "body",
    [f"always @* {CHAIN} else q = 0;", f"always @* q = {TERNARY} : 0;"],
    ids=["else-if", "operator"],
)
async def test_a_chain_of_conditions_is_read(body: str) -> None:
    text = f"module m(input [9:0] a, output reg [7:0] q); {body} endmodule"
    async with open_box(workers=1) as box:
        verdicts = await climb(ladder("screen,syntax,elaborate"), Context(), asking(text, Context(), box))
    assert [verdict.status for verdict in verdicts] == ["pass", "pass", "pass"]


async def test_a_long_chain_is_built_and_searched_for_loops() -> None:
    body = " else ".join(f"if (a == {n}) q = {n * 7 % 256};" for n in range(900))
    text = f"module m(input [9:0] a, output reg [7:0] q); always @* {body} else q = 0; endmodule"
    async with open_box(workers=1) as box:
        (verdict,) = await climb(ladder("synth,"), Context(), asking(text, Context(), box))
    assert (verdict.status, verdict.findings) == ("pass", ())


@pytest.mark.parametrize(
    ("words", "loop", "memory"),
    [
        (1024, "for (i = 0; i < 1024; i = i + 1)", True),
        (4096, "for (i = 0; i < 4096; i = i + 1)", False),
        (4096, "foreach (r[i])", False),
    ],
)
async def test_a_memory_that_a_reset_clears_is_registers_where_it_is_large(
    words: int, loop: str, memory: bool
) -> None:
    text = f"""module m(input clk, input rst, input we, input [15:0] a, input [7:0] d, output reg [7:0] q);
  reg [7:0] r [0:{words - 1}];
  {"integer i;" if "for (" in loop else ""}
  always @(posedge clk)
    if (rst) {loop} r[i] <= 0;
    else begin if (we) r[a] <= d; q <= r[a]; end
endmodule
"""
    async with open_box(workers=1) as box:
        (verdict,) = await climb(ladder("synth,"), Context(), asking(text, Context(), box))
    bits = words * 8
    assert (verdict.status, verdict.data["memory_bits"]) == ("pass", bits if memory else 0)
    assert verdict.data["flip_flops"] == (8 if memory else 8 + bits)


async def test_what_nests_without_an_end_is_refused() -> None:
    text = f"module m(input a, output q); assign q = {'(' * 5_000}a{')' * 5_000}; endmodule"
    async with open_box(workers=1) as box:
        verdicts = await climb(ladder("syntax,"), Context(), asking(text, Context(), box))
    assert [verdict.status for verdict in verdicts] == ["fail"]
    assert "nest more than 2048 deep" in verdicts[0].findings[0].message
