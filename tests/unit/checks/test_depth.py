"""Designs that nest deeper than anybody writes by hand, and as deep as generators do."""

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


async def test_what_nests_without_an_end_is_refused() -> None:
    text = f"module m(input a, output q); assign q = {'(' * 5_000}a{')' * 5_000}; endmodule"
    async with open_box(workers=1) as box:
        verdicts = await climb(ladder("syntax,"), Context(), asking(text, Context(), box))
    assert [verdict.status for verdict in verdicts] == ["fail"]
    assert "nest more than 2048 deep" in verdicts[0].findings[0].message
