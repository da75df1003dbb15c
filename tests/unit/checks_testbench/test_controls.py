"""Controls are played once for all candidates of a testbench, also where the first of them never ends."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Json
from rtlglot.sandbox import NOTHING, BoxResult, ForkBox, Permit
from rtlglot.tools.simulator import icarus

pytestmark = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")

REFERENCE = "module gate(input p, input q, output z);\n  assign z = p ^ q;\nendmodule\n"
OSCILLATES = REFERENCE.replace("assign z = p ^ q", "wire w; assign w = ~(w & p); assign z = w")
WRONG = REFERENCE.replace("^", "|")
TESTBENCH = """module tb;
  reg p, q; wire z; integer n, wrong = 0;
  gate dut(.p(p), .q(q), .z(z));
  initial begin
    for (n = 0; n < 9; n = n + 1) begin {p, q} = n; #1 if (z !== (p ^ q)) wrong = wrong + 1; end
    if (wrong == 0) $display("Test passed"); else $display("Test failed: %0d", wrong);
    $finish;
  end
endmodule
"""


class Recording(ForkBox):
    """A box that remembers whether each simulation was told its controls."""

    told: list[bool]

    async def run(
        self, tool: str, arguments: Mapping[str, Json], *, cpu_s: float, permit: Permit = NOTHING
    ) -> BoxResult:
        if "testbench" in arguments:
            self.told.append(arguments["controls"] is not None)
        return await super().run(tool, arguments, cpu_s=cpu_s, permit=permit)


def tried(texts: list[str], testbench: str = TESTBENCH) -> tuple[list[str], list[bool]]:
    """The answers to candidates that come at the same time, and which were told controls."""

    async def run() -> tuple[list[str], list[bool]]:
        async with Recording(workers=2) as box:
            box.told = []
            check = Testbench({"limit_s": 1.0, "second": False})
            context = Context(reference=REFERENCE, testbench=testbench)
            found = await asyncio.gather(*(check.check(text, context, box) for text in texts))
            return [str(verdict.status.value) for verdict in found], box.told

    return asyncio.run(run())


def test_they_are_played_once_for_all_that_come_at_the_same_time() -> None:
    answers, told = tried([OSCILLATES, REFERENCE, WRONG, REFERENCE])
    assert answers == ["timeout", "pass", "fail", "pass"]
    assert told == [False, True, True, True]
    # and are known to whoever asks next
    answers, told = tried([WRONG])
    assert (answers, told) == (["fail"], [True])


def test_a_candidate_that_cannot_be_put_there_leaves_them_to_the_next() -> None:
    other = TESTBENCH.replace("n < 9", "n < 8")
    answers, told = tried([REFERENCE.replace("p ^ q", "p ^"), REFERENCE, WRONG], other)
    assert answers == ["fail", "pass", "fail"]
    assert told == [False, False, True]


ALU = """module alu(input [3:0] p, input [3:0] q, input [1:0] op, output reg [3:0] z);
  always @* case (op) 0: z = p + q; 1: z = p & q; 2: z = p | q; default: z = p ^ q; endcase
endmodule
"""
ASKING = """module tb;
  reg [3:0] p, q; reg [1:0] op; wire [3:0] z; integer n, wrong = 0;
  alu dut(p, q, op, z);
  initial begin
    for (n = 0; n < 1024; n = n + 1) begin
      {op, p, q} = n; #1 case (op)
        0: if (z !== p + q) SAY; 1: if (z !== (p & q)) SAY;
        2: if (z !== (p | q)) SAY; 3: if (z !== (p ^ q)) SAY; endcase
      SHOW
    end
    END
  end
endmodule
"""
COUNT = "wrong = wrong + 1"
WORDS = 'if (wrong == 0) $display("Test passed"); else $display("Test failed: %0d", wrong);'
NUMBERS = 'if (wrong == 0) $display("1234"); else $display("%0d", wrong + 2000);'
SHOW = '$display("%0d", z);'


@pytest.mark.parametrize(
    ("count", "show", "end", "status", "mutants"),
    [
        (COUNT, "", WORDS, "pass", 3),
        (COUNT, "", NUMBERS, "pass", 4),
        (COUNT, SHOW, WORDS, "pass", 3),
        # it calls all of them right, and shows values that are the reference's only of the right ones
        ("wrong = 0", SHOW, WORDS, "pass", 12),
        ("wrong = 0", "", WORDS, "unsupported", 12),
    ],
)
def test_so_many_changed_designs_are_played(
    count: str, show: str, end: str, status: str, mutants: int
) -> None:
    testbench = ASKING.replace("SAY", count).replace("SHOW", show).replace("END", end)

    async def run() -> tuple[str, Mapping[str, Json]]:
        async with ForkBox(workers=1) as box:
            check = Testbench({"second": False})
            text = ALU.replace("p + q", "q + p")
            verdict = await check.check(text, Context(reference=ALU, testbench=testbench), box)
            return str(verdict.status.value), verdict.data

    found, data = asyncio.run(run())
    said: Any = data["said"]
    assert (found, len([name for name in said if name.startswith("line")])) == (status, mutants)
