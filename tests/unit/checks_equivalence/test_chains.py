"""Long chains of conditions and large tables, and what a condition that is x makes of one."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.equivalence import Equivalence
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

ARMS = 300


def chain(wrong: int = -1, name: str = "r") -> str:
    arms = [f"if (a == {i}) y = {i * 37 % 512 ^ (i == wrong)};" for i in range(ARMS)]
    body = " else ".join([*arms, "y = 0;"])
    return f"module {name}(input [8:0] a, output reg [8:0] y); always @* {body} endmodule"


def nested() -> str:
    arms = [f"if (a == {i}) y = {i * 37 % 512}; else begin" for i in range(ARMS)]
    body = " ".join([*arms, "y = 0;", *["end"] * ARMS])
    return f"module c(input [8:0] a, output reg [8:0] y); always @* {body} endmodule"


def table(wrong: int = -1) -> str:
    arms = " ".join(f"{i}: y = {i * 37 % 512 ^ (i == wrong)};" for i in range(ARMS))
    case = f"case (a) {arms} default: y = 0; endcase"
    return f"module c(input [8:0] a, output reg [8:0] y); always @* {case} endmodule"


def wide(wrong: int = -1) -> str:
    arms = " ".join(f"{i}: y = 32'd{i * 2654435761 % 2**32 ^ (i == wrong)};" for i in range(256))
    return f"module r(input [7:0] a, output reg [31:0] y); always @* case (a) {arms} endcase endmodule"


def held(says: str) -> str:
    """A register without a reset, which chooses between two values that are one."""
    return f"""module c(input clk, input [3:0] a, output reg [3:0] y);
  reg k;
  always @(posedge clk) k <= k;
  {says}
endmodule"""


def verdict(reference: str, candidate: str, *, replay: bool = True) -> Verdict:
    async def run() -> Verdict:
        async with open_box(workers=1) as box:
            check = Equivalence({"limit_s": 60, "replay": replay})
            return await check.check(candidate, Context(reference=reference), box)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("reference", "candidate", "status"),
    [
        (chain(), chain(name="c"), "equivalent"),
        (chain(), nested(), "equivalent"),
        (chain(), table(), "equivalent"),
        (chain(), chain(wrong=ARMS - 1), "different"),
        (chain(), table(wrong=ARMS // 2), "different"),
        # 8,192 bits, and none of them state
        (wide(), wide().replace("module r", "module c"), "equivalent"),
        (wide(), wide(wrong=255), "different"),
    ],
    ids=["copy", "nested", "table", "last-arm", "one-entry", "wide", "wide-entry"],
)
def test_long_chains_and_tables(reference: str, candidate: str, status: str) -> None:
    assert verdict(reference, candidate).status == status


THROUGH = "module r(input clk, input [3:0] a, output [3:0] y); assign y = a; endmodule"


def test_an_if_that_asks_again_is_answered_as_before() -> None:
    again = held("always @* if (k) y = a; else if (k) y = ~a; else y = a;")
    found = verdict(THROUGH, again, replay=False)
    assert (found.status, found.data["start"]) == ("equivalent", "x")


def test_an_operator_that_asks_again_mixes_again() -> None:
    # where k is x a simulator mixes a with what it mixed of ~a and a: equal in hardware alone
    again = held("always @* y = k ? a : k ? ~a : a;")
    found = verdict(THROUGH, again, replay=False)
    assert (found.status, found.data["start"]) == ("equivalent", "any")
    assert verdict(THROUGH, again).status != "equivalent"
