"""What prints and stops around a right part is the answer where it stands in for what was asked."""

from __future__ import annotations

import pytest

from rtlglot.prompts.extract import extract
from rtlglot.prompts.given import Given
from rtlglot.records import Finish

STOPS = 'initial begin #5 $display("All tests passed"); $finish; end'
PART = "module part #(parameter N = 9) (input a, input [3:0] b, output y); assign y = a ^ b[0]; endmodule\n"
BODY = f"wire z; {STOPS} part p(.a(a), .b(b), .y(z)); assign y = z ^ a; endmodule\n"
ASKED = {
    "plain": "module asked(input a, input [3:0] b, output y);",
    "a parameter": "module asked #(parameter N = 9) (input a, input [3:0] b, output y);",
    "brackets": "module asked #(parameter N = (1 + 2) * 3, M = N) (input a, input [3:0] b, output y);",
    "a start value": "module asked(input a, input [3:0] b, output reg y = 1'b0);",
    "no directions in the header": "module asked(a, b, y);\ninput a; input [3:0] b; output y;",
}
AROUND = {
    "the same ports": "module top(input a, input [3:0] b, output y);",
    "another order": "module top(output y, input [3:0] b, input a);",
    "a parameter of its own": "module top #(parameter W = 4) (input a, input [W-1:0] b, output y);",
    "one port more": "module top(input a, input [3:0] b, input c, output y);",
    "declared in the body": "module top(a, b, y);\ninput a; input [3:0] b; output y;",
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("first", [True, False])
def test_the_whole_is_the_answer(asked: str, around: str, first: bool) -> None:
    whole = f"{AROUND[around]} {BODY}"
    reply = whole + PART if first else PART + whole
    found = extract(reply, Finish.STOP, "verilog", Given(interface=ASKED[asked]))
    assert "module top" in (found.text or "")
    assert "module part" in (found.text or "")


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("output", ["y", "reg y = 0", "reg y = START", "reg [0:0] y"])
def test_what_has_its_ports_without_the_part_is_the_answer_too(asked: str, output: str) -> None:
    alone = f"module top(input [3:0] b, input a, output {output}); {STOPS} endmodule\n"
    found = extract(alone + PART, Finish.STOP, "verilog", Given(interface=ASKED[asked]))
    assert "module top" in (found.text or "")


def test_a_testbench_beside_a_design_is_left_out() -> None:
    bench = f"module tb; reg a; reg [3:0] b; wire y; part p(a, b, y); {STOPS} endmodule\n"
    driver = f"module driver(output reg a, output reg [3:0] b, input seen); {STOPS} endmodule\n"
    found = extract(PART + driver + bench, Finish.STOP, "verilog", Given(interface=ASKED["plain"]))
    assert (found.text or "").count("module ") == 1
    assert "module part" in (found.text or "")
