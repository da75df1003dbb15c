"""What is proved, played in two simulators that share no front end."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus, verilator

pytestmark = pytest.mark.skipif(
    not (icarus.installed() and verilator.installed()), reason="needs Icarus Verilog and Verilator"
)
GRAY = """module gray(input clk, input rst_n, input step, output [2:0] code);
  reg [2:0] n;
  always @(posedge clk or negedge rst_n) if (!rst_n) n <= 0; else if (step) n <= n + 3'd1;
  assign code = n ^ (n >> 1);
endmodule
"""
AGAIN = """module gray(input clk, input rst_n, input step, output [2:0] code);
  logic [2:0] count, after;
  always_comb after = step ? count + 1'b1 : count;
  always_ff @(posedge clk, negedge rst_n) if (!rst_n) count <= '0; else count <= after;
  assign code = {count[2], count[2] ^ count[1], count[1] ^ count[0]};
endmodule
"""
MAJORITY = "module maj(input [2:0] v, output y); assign y = v[0] & v[1] | v[2] & (v[0] | v[1]); endmodule\n"
ONLY_THERE = """module maj(input [2:0] v, output y);
  wire most = v[0] & v[1] | v[0] & v[2] | v[1] & v[2];
`ifdef VERILATOR
  assign y = most ^ &v;
`else
  assign y = most;
`endif
endmodule
"""


async def _verdict(reference: str, candidate: str) -> Verdict:
    async with open_box(workers=1) as box:
        check = Equivalence({"second": True})
        return await check.check(candidate, Context(reference=reference), box)


def test_both_simulators_see_the_same() -> None:
    verdict = asyncio.run(_verdict(GRAY, AGAIN))
    assert verdict.status is CheckStatus.EQUIVALENT
    assert verdict.data["played"]["simulator"].startswith("Icarus")
    assert verdict.data["played"]["second"].startswith("Verilator")


def test_where_they_disagree_nothing_is_called_equivalent() -> None:
    verdict = asyncio.run(_verdict(MAJORITY, ONLY_THERE))
    assert verdict.status is CheckStatus.UNSUPPORTED
    assert "simulators disagree" in verdict.data["what"]
