"""What a text says that an output is in reset, held against designs that differ in nothing but that."""

from __future__ import annotations

import asyncio

import pytest

from rtlglot.checks.fidelity.check import Fidelity
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box

COUNTER = """module counter(input clk, input rst, input ld, input [3:0] d, output reg [3:0] q);
  always @({events})
    if (rst) q <= {value};
    else if (ld) q <= d;
    else q <= q + 1;
endmodule
"""
AT_THE_EDGE, AT_ONCE = "posedge clk", "posedge clk or posedge rst"
STARTS = {
    "zero": COUNTER.format(events=AT_THE_EDGE, value="4'd0"),
    "ten": COUNTER.format(events=AT_THE_EDGE, value="4'd10"),
    "ones": COUNTER.format(events=AT_ONCE, value="4'hf"),
    "one": COUNTER.format(events=AT_ONCE, value="4'b0001"),
    "open": COUNTER.format(events=AT_THE_EDGE, value="d"),
}
TRUE_OF = {
    "rst clears q to 0.": "zero",
    "It counts, and rst resets the counter to 0.": "zero",
    "If rst is 1, the output q goes to zero.": "zero",
    "While rst is high q is reset to all zeros.": "zero",
    "When rst is high, q is set to 4'b1010.": "ten",
    "On reset, q is initialized to 10.": "ten",
    "While the reset rst is asserted the register is loaded with 4'hA.": "ten",
    "q is reset to all ones when rst is high.": "ones",
    "A reset forces q to ones.": "ones",
    "When rst is high the counter loads 4'hf.": "ones",
    "rst sets q to 1.": "one",
    "Upon reset the output is set to one.": "one",
}
NOTHING_SAID = [
    "When q reaches 9 it returns to 0.",
    "When ld is high q is set to d, and after rst the counter goes from 0 to 15.",
    "rst does not clear q to 0.",
    "q is never set to 5 by rst.",
    "After rst is released q counts up to 15 and then returns to 0.",
    "When rst is high and ld is low, q is set to its start value.",
    "rst clears the counter; when ld is high, q is loaded with 4'h3.",
    "rst resets q[0] to 1.",
    "rst sets the state to 3.",
]


def _said(pairs: list[tuple[str, str]]) -> list[Verdict]:
    async def all_of_them() -> list[Verdict]:
        check = Fidelity()
        async with open_box(workers=1) as box:
            asked = [
                check.check(
                    f"A 4-bit counter with output q. {text}",
                    Context(field="description", reference=STARTS[design]),
                    box,
                )
                for text, design in pairs
            ]
            return list(await asyncio.gather(*asked))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("design", ["zero", "ten", "ones", "one"])
def test_a_value_is_true_of_one_design_only(design: str) -> None:
    for text, verdict in zip(TRUE_OF, _said([(text, design) for text in TRUE_OF]), strict=True):
        told = [finding for finding in verdict.findings if finding.code == "reset-value"]
        assert (verdict.status == "fail") is bool(told) is (TRUE_OF[text] != design), (text, verdict)
        assert all("while rst is high" in finding.message for finding in told)


@pytest.mark.parametrize("design", ["zero", "ten"])
def test_what_happens_at_another_event_is_no_value_of_the_reset(design: str) -> None:
    for text, verdict in zip(NOTHING_SAID, _said([(text, design) for text in NOTHING_SAID]), strict=True):
        assert not any(finding.code == "reset-value" for finding in verdict.findings), text


def test_a_counter_may_be_another_register_than_the_output() -> None:
    STARTS["divider"] = """module divider(input clk, input rst, output y);
      reg [3:0] n;
      always @(posedge clk) n <= rst ? 4'd0 : n + 1;
      assign y = n == 0;
    endmodule
    """
    about, output = _said([("rst resets the counter to 0.", "divider"), ("rst sets y to 0.", "divider")])
    assert not any(finding.code == "reset-value" for finding in about.findings)
    assert (
        "y is 1'b1 while rst is high" in next(f for f in output.findings if f.code == "reset-value").message
    )


def test_what_a_reset_leaves_open_is_not_contradicted() -> None:
    (verdict,) = _said([("rst clears q to 0.", "open")])
    assert not any(finding.code == "reset-value" for finding in verdict.findings)
