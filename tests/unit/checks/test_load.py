"""A verdict does not depend on what else the machine does."""

from __future__ import annotations

import asyncio

from tests.crowd import crowd

from rtlglot.checks.ladder import asking, climb, ladder
from rtlglot.records import Context
from rtlglot.sandbox import open_box

COUNTER = """module counter(input clk, rst, en, output reg [7:0] q);
always @(posedge clk) if (rst) q <= 0; else if (en) q <= q + 1;
endmodule
"""
OTHER_COUNTER = """module counter(input clk, rst, en, output [7:0] q);
reg [7:0] n;
assign q = n;
always @(posedge clk) begin
  if (rst) n <= 8'd0;
  else n <= n + {7'd0, en};
end
endmodule
"""
LATE = COUNTER.replace("q + 1", "q + (q == 8'hf3 ? 2 : 1)")
PAIRS = {
    "rewritten": (OTHER_COUNTER, COUNTER),
    "late": (LATE, COUNTER),
}


async def said() -> dict[str, dict[str, str]]:
    """What the whole ladder says of each pair, from a new box."""
    checks = ladder("default")
    told = {}
    async with open_box(workers=1) as box:
        for name, (text, reference) in PAIRS.items():
            context = Context(reference=reference)
            verdicts = await climb(checks, context, asking(text, context, box))
            told[name] = {verdict.check: str(verdict.status.value) for verdict in verdicts}
    return told


def test_a_crowded_machine_gives_the_same_verdicts() -> None:
    alone = asyncio.run(said())
    answers = [alone[name]["equivalence"] for name in PAIRS]
    assert answers == ["equivalent", "different"]
    with crowd():
        assert asyncio.run(said()) == alone
