"""Controls are played once for all candidates of a testbench, also where the first of them never ends."""

import asyncio
from collections.abc import Mapping

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
