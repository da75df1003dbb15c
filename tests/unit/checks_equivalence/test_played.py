"""What playing a candidate shows is the same whether its reference's netlist is asked along all steps or
along the first of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from rtlglot.checks.equivalence import Equivalence, played
from rtlglot.records import Context, Json, Verdict
from rtlglot.sandbox import Box, BoxResult, open_box
from rtlglot.tools.simulator import icarus

pytestmark = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")

REFERENCE = """module m(input clk, input rst, input [3:0] d, output reg [1:0] s, output reg [3:0] q);
  reg [9:0] n = 0;
  wire late = n > 300;
  always @(posedge clk) begin
    n <= n + 1;
    if (rst) begin s <= 0; q <= 0; end
    else begin
      if (s == 0) s <= 1; else s <= 2;
      q <= q + d;
    end
  end
endmodule
"""
"""Before a reset a simulator takes the else of `s == 0`; to the netlist s is unknown."""
ACCIDENT = REFERENCE.replace("if (s == 0) s <= 1; else s <= 2", "if (s != 0) s <= 2; else s <= 1")
CANDIDATES = {
    "early": (REFERENCE.replace("q + d", "q - d"), [64]),
    "late": (REFERENCE.replace("q + d", "q + d + late"), [600]),
    "an accident": (ACCIDENT, [64, 600]),
    "an accident and late": (ACCIDENT.replace("q + d", "q + d + late"), [64, 600]),
    "an accident and early": (ACCIDENT.replace("q + d", "q ^ d"), [64]),
    "without state": (REFERENCE.replace("q <= q + d", "q <= d"), [64]),
    "x for ever": (REFERENCE.replace("q <= 0;", "").replace("q + d", "q & 4'hx"), [64, 600]),
    "right": (REFERENCE.replace("q + d", "d + q"), []),
}


@dataclass
class Noting:
    """A box that notes along how many steps a netlist was asked."""

    box: Box
    asked: list[int] = field(default_factory=list)

    async def run(self, tool: str, arguments: Mapping[str, Any], **more: Any) -> BoxResult:
        if tool.endswith(":expected"):
            self.asked.append(len(arguments["steps"]))
        return await self.box.run(tool, arguments, **more)


def judged(text: str) -> tuple[Verdict, list[int]]:
    async def run() -> tuple[Verdict, list[int]]:
        async with open_box(workers=1) as box:
            noting: Any = Noting(box)
            check = Equivalence({"shortest": False})
            return await check.check(text, Context(reference=REFERENCE), noting), noting.asked

    return asyncio.run(run())


def told(verdict: Verdict) -> dict[str, Json]:
    data = dict(verdict.data)
    data["played"] = {name: value for name, value in data.get("played", {}).items() if name != "cpu_s"}
    return {"status": verdict.status, "findings": verdict.findings, "data": data}


@pytest.mark.parametrize("name", CANDIDATES)
def test_the_first_steps_show_what_all_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, lengths = CANDIDATES[name]
    verdict, asked = judged(text)
    assert asked == lengths
    monkeypatch.setattr(played, "_FIRST", 1 << 20)
    whole, _ = judged(text)
    assert told(verdict) == told(whole)
