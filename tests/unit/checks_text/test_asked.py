"""A design against the words of its own instruction."""

from __future__ import annotations

import pytest

from rtlglot.checks.asked import Asked
from rtlglot.records import CheckStatus, Context, Verdict
from rtlglot.sandbox import open_box

HALF = "module half_adder(input a, input b, output s, output c);\n  assign {c, s} = a + b;\nendmodule"
COUNTER = (
    "module counter(input clk, input rst, output reg [7:0] q);\n"
    "  always @(posedge clk) q <= rst ? 8'd0 : q + 8'd1;\nendmodule"
)
TOP = COUNTER.replace("module counter", "module TopModule")
LIST = """I would like you to implement a module named TopModule with the following
interface. All input and output ports are one bit unless otherwise specified.

 - input  clk
 - input  rst
 - output q (8 bits)

The module should count."""
TABLE = """Please act as a professional Verilog designer.

Module name:
    counter
Input ports:
    clk: Clock signal.
    rst: Active-high reset.
Output ports:
    q[7:0]: 8-bit count.

Count upwards."""
UNDER = """Inputs:
  - clk: the clock
  - rst: clears the count
Outputs:
  - q (8 bits): the count"""
ROWS = """Design `counter`.

| Signal | Direction | Width | Meaning |
|--------|-----------|-------|---------|
| `clk`  | input     | 1     | clock   |
| `rst`  | Input     | 1     | reset   |
| `q`    | output    | 8     | count   |
"""
HEADER = """Complete this module so that it counts.

module TopModule (
  input clk,
  input rst,
  output reg [7:0] q
);"""
WORDS = "Write a module named counter with the inputs clk and rst and an 8-bit output q that counts."


async def ask(instruction: str, design: str, reference: str | None = None) -> Verdict:
    async with open_box(workers=1) as box:
        return await Asked().check(design, Context(instruction=instruction, reference=reference), box)


@pytest.mark.parametrize(
    ("instruction", "design"),
    [
        (LIST, TOP),
        (HEADER, TOP),
        (TABLE, COUNTER),
        (WORDS, COUNTER),
        ("Design an 8-bit counter.", COUNTER),
        ("Design a half adder. The module is named half_adder.", HALF),
        ("The inputs are clock, reset and the output is q. Name the module counter.", COUNTER),
        (LIST, f"{HALF}\n\n{TOP}"),
        (ROWS, COUNTER),
        (f"{UNDER}\n\nImplementation: count upwards.\nNote: clk is free-running.", COUNTER),
        ("Design an 8-bit counter called counter. Inputs: clk, rst. Output: 8-bit q.", COUNTER),
        ("The module instantiates a sub-module named half_adder eight times.", COUNTER),
        ("You are given a module named half_adder. Build a counter with it.", COUNTER),
        ("Use the existing module called half_adder where you can.", COUNTER),
        ("Design a counter with an output called q and a state named idle.", COUNTER),
        ("Write a circuit that has 8-bit inputs and counts.", COUNTER),
        ("Count. Inputs: switches and buttons. Output: 8-bit lights.", COUNTER),
        ("Inputs:\n  - Clock: the system's\n  - Reset: clears it\nOutputs:\n  - Count: eight bits", COUNTER),
        ("| Name | Direction |\n|---|---|\n| Clock | input |\n| Reset | input |", COUNTER),
        ("Write `always` blocks that count.", COUNTER),
        ("Count. In it create a register file called bank and implement `total` as a register.", COUNTER),
        ("It contains two modules; build it from a module named half_adder.", COUNTER),
        ("Count. You are provided a module called half_adder.", COUNTER),
        ("Count. It includes one module named half_adder.", COUNTER),
        ("Design a counter. Create an adder called plus_one for it.", COUNTER),
        ("Implement `counter`. Its output is q[7:0].", COUNTER),
        ("Design a counter. The module is called repeatedly by others.", COUNTER),
        (f"Fix this module:\n\n{HALF.replace('a + b', 'a - b')}", HALF),
        ("Build counter from the module half_adder, whose inputs are a and b.", f"{COUNTER}\n{HALF}"),
    ],
)
async def test_a_design_that_does_what_its_instruction_says(instruction: str, design: str) -> None:
    verdict = await ask(instruction, design)
    assert verdict.status is CheckStatus.PASS, verdict.findings


@pytest.mark.parametrize(
    ("instruction", "design", "code", "words"),
    [
        (LIST, COUNTER, "module-name", "the module is called counter"),
        (LIST, COUNTER.replace("counter", "RefModule"), "module-name", "RefModule"),
        (LIST, TOP.replace("q", "count"), "no-such-port", "has no port q"),
        (LIST, TOP.replace("rst", "reset"), "no-such-port", "has no port rst"),
        (LIST, TOP.replace("[7:0]", "[8:0]"), "port-width", "q is 9 bits wide"),
        (LIST, TOP.replace("input rst", "output rst"), "port-direction", "rst is an output"),
        (TABLE, COUNTER.replace("[7:0]", "[3:0]"), "port-width", "q is 4 bits wide"),
        (TABLE, TOP, "module-name", "TopModule"),
        (ROWS, COUNTER.replace("q", "count"), "no-such-port", "has no port q"),
        (ROWS, COUNTER.replace("[7:0]", "[3:0]"), "port-width", "q is 4 bits wide"),
        (ROWS, COUNTER.replace("input rst", "output rst"), "port-direction", "rst is an output"),
        (UNDER, COUNTER.replace("rst", "reset"), "no-such-port", "has no port rst"),
        ("Outputs:\n  - `total`: the count", COUNTER, "no-such-port", "has no port total"),
        ("Outputs:\n    total[7:0]: the count", COUNTER, "no-such-port", "has no port total"),
        (UNDER, COUNTER.replace("[7:0]", "[5:0]"), "port-width", "q is 6 bits wide"),
        ("Write a module named `counter` that counts.", TOP, "module-name", "TopModule"),
        ('Implement the module "counter".', TOP, "module-name", "TopModule"),
        ("Design `up_counter`, which counts.", COUNTER, "module-name", "called counter"),
        ("Count with enable, in a module named up_counter.", COUNTER, "module-name", "called counter"),
        ("Give the Verilog of a module named up_counter.", COUNTER, "module-name", "called counter"),
        ("It has a reset. Write a module named `up_counter`.", COUNTER, "module-name", "called counter"),
        ("Please design an 8-bit up counter called count8.", COUNTER, "module-name", "counter"),
        ("Count. Inputs: clk, rst. Output: 9-bit q.", COUNTER, "port-width", "q is 8 bits wide"),
        ("Add the 8-bit inputs m1 and m2.", COUNTER, "no-such-port", "has no port m1"),
        ("The outputs are n[7:0] and m[3:0].", COUNTER, "no-such-port", "has no port n"),
        (HEADER, COUNTER, "module-name", "counter"),
        (HEADER, TOP.replace("[7:0]", "[3:0]"), "port-width", "4 bits"),
        (HEADER, TOP.replace("q", "out"), "no-such-port", "no port q"),
        (WORDS, COUNTER.replace("[7:0]", "[6:0]"), "port-width", "q is 7 bits wide"),
        (WORDS, COUNTER.replace("counter", "cnt"), "module-name", "cnt"),
    ],
)
async def test_a_design_that_does_not(instruction: str, design: str, code: str, words: str) -> None:
    verdict = await ask(instruction, design)
    assert verdict.status is CheckStatus.FAIL
    assert any(one.code == code and words in one.message for one in verdict.findings), verdict.findings


async def test_where_the_reference_says_so_too_it_is_a_slip_of_the_instruction() -> None:
    slip = LIST.replace("output q", "input q")
    assert (await ask(slip, TOP)).status is CheckStatus.FAIL
    assert (await ask(slip, TOP, COUNTER)).status is CheckStatus.PASS


async def test_the_name_that_the_text_states_wins_over_that_of_the_reference() -> None:
    assert (await ask(LIST, COUNTER, COUNTER)).status is CheckStatus.FAIL
    assert (await ask(LIST, TOP, COUNTER)).status is CheckStatus.PASS


def test_it_asks_only_where_there_is_an_instruction() -> None:
    assert Asked().applies(Context(instruction=WORDS))
    assert not Asked().applies(Context())
    assert not Asked().applies(Context(field="description", instruction=WORDS))
