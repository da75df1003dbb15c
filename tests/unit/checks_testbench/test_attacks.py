"""Designs that would get a testbench's pass text without being right, and honest ones beside them.

The testbenches are of two shapes: one compares with a reference, one knows the answer itself and sets
a parameter. Every text goes through the whole check, in the real box with the real simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from rtlglot.checks.testbench import Testbench
from rtlglot.records import Context, Verdict
from rtlglot.sandbox import open_box
from rtlglot.tools.simulator import icarus

pytestmark = pytest.mark.skipif(icarus.installed() is None, reason="Icarus Verilog is not installed")

GOLDEN = "module Golden(input p, input q, output z);\n  assign z = p ~^ q;\nendmodule\n"
COMPARES = """`timescale 1ns/1ps
module feed(output reg p, output reg q);
  initial begin
    {p, q} = 0;
    repeat (30) #6 {p, q} = $random;
    #4 $finish;
  end
endmodule
module bench;
  parameter TRIES = 1;
  wire p, q, want, got;
  integer wrong = 0, looked = 0;
  feed source(p, q);
  RefModule golden(.p(p), .q(q), .z(want));
  Same dut(.p(p), .q(q), .z(got));
  function answer(input p, input q); answer = ~(p ^ q); endfunction
  task reset_count; wrong = 0; endtask
  always begin : look
    #1;
    looked = looked + TRIES;
    if (want !== (want ^ got ^ want)) wrong = wrong + TRIES;
    #1;
  end
  final $display("Mismatches: %1d in %1d samples", wrong, looked);
endmodule
"""
KNOWS = """module check_adder;
  reg [7:0] a, b; wire [7:0] s; reg [7:0] sum; integer n, bad;
  adder #(.WIDTH(8)) uut(.a(a), .b(b), .s(s));
  initial begin
    bad = 0;
    for (n = 0; n < 40; n = n + 1) begin
      a = $random; b = $random; sum = a + b;
      #3 if (s !== sum) bad = bad + 1;
    end
    if (bad == 0) $display("== Design is good: passed ==");
    else $display("== failed with %0d of 40 wrong ==", bad);
    $finish;
  end
endmodule
"""


def same(body: str, ports: str = "input p, input q, output z", more: str = "") -> str:
    return f"module Same({ports});\n{body}\nendmodule\n{more}"


def dropped(kept: str, condition: str = "(1 << 32) != 0") -> str:
    """In a branch that one front end takes and another does not."""
    return same(
        f"generate if ({condition}) begin : g\n{kept}\nend else begin : h assign z = p; end endgenerate"
    )


def adder(body: str) -> str:
    header = "module adder #(parameter WIDTH = 4)(input [WIDTH-1:0] a, b, output [WIDTH-1:0] s);"
    return f"{header}\n{body}\nendmodule\n"


FORGED = {
    "a comment that not all tools end": same("// so\rassign z = p ~^ q; /*\nassign z = p;\n// */"),
    "reads the wanted value": dropped("assign z = bench.want;"),
    "reads it by a sum too large": dropped("assign z = bench.want;", "(2147483647 + 5) > 0"),
    "reads it by a product too large": dropped("assign z = bench.want;", "65536 * 65536 != 0"),
    "reads a neighbour": dropped("assign z = golden.z;"),
    "reads from the root": dropped("assign z = $root.bench.want;"),
    "calls the testbench's function": dropped("assign z = answer(p, q);"),
    "calls the testbench's task": dropped("assign z = 0; always @(p or q) bench.reset_count;"),
    "writes the testbench's count": dropped("assign z = 0; always @(p or q) bench.wrong = 0;"),
    "stops the testbench's process": dropped("assign z = 0; initial disable bench.look;"),
    "sets the testbench's parameter": dropped("assign z = 0; defparam bench.TRIES = 0;"),
    "right for this simulator only": dropped("assign z = p ~^ q;"),
    "right for this simulator only, by a value": same(
        "localparam N = 1 << 33;\nassign z = (N > 5) ? p ~^ q : p & q;"
    ),
    "drives its input": dropped("assign z = 1; assign p = q;"),
    "pulls its input": dropped("assign z = 1; assign (supply1, supply0) p = q;"),
    "joins its ports": dropped("tran join_them(p, q); assign z = 1;"),
    "forces its input": dropped("assign z = 1; initial force p = 0;"),
    "another top answers": same("assign z = golden.z;", more="module golden; wire z; endmodule\n"),
    "another top answers by its parts": same(
        "part inner(z);",
        more="module part(output z); assign z = golden.z; endmodule\nmodule golden; wire z; endmodule\n",
    ),
    "brings the reference": same(
        "assign z = p;", more="module RefModule(input p, input q, output z); assign z = p; endmodule\n"
    ),
    "brings the stimulus": same(
        "assign z = 1;", more="module feed(output p, output q); assign p = 0, q = 0; endmodule\n"
    ),
    "brings the testbench": same("assign z = p;", more="module bench; endmodule\n"),
    "inputs as inouts": same("assign p = q; assign z = 1;", "inout p, inout q, output z"),
    "inputs as outputs": same("assign p = 0, q = 0, z = 1;", "output p, output q, output z"),
    "an input as inout, read only": same("assign z = p;", "inout p, input q, output z"),
    "tells the simulator": same("`ifdef __ICARUS__\nassign z = p ~^ q;\n`else\nassign z = p | q;\n`endif"),
    "tells the reader": same("`ifdef __slang__\nassign z = p ~^ q;\n`else\nassign z = p;\n`endif"),
    "tells another simulator": same("`ifndef VERILATOR\nassign z = p ~^ q;\n`else\nassign z = p;\n`endif"),
    "tells its line": same("assign z = (`__LINE__ > 1) ? p ~^ q : p;"),
    "glued by a comment": same("wire n; assign n = p &/* and */& q; assign z = p &/**/& n;"),
    "knows the time": same("reg k; assign z = k; always @(p or q) k = ($time > 60) ? p : p ~^ q;"),
    "draws the testbench's numbers": same("reg k; assign z = p; always @(p) k = $random;"),
    "silences assertions": same("assign z = p; initial $assertoff;"),
    "says it itself": same('assign z = p; initial #1 $display("Mismatches: 0 in 30 samples");'),
    "ends early": same("assign z = p; initial #1 $finish;"),
    "ends early, fatally": same("assign z = p; initial #1 $fatal;"),
    "right where x is told apart": same("wire u;\nassign z = $isunknown(u) ? p ~^ q : p;"),
    "right where a constant x is told apart": same("assign z = $isunknown(1'bx) ? p ~^ q : p;"),
    "right where an x is compared": same("wire u;\nassign z = (u === 1'bx) ? p ~^ q : p;"),
    "right where a case meets x": same(
        "reg k; assign z = k;\nreg u;\nalways @* case (u) 1'bx: k = p ~^ q; default: k = p; endcase"
    ),
    "right where a generate meets x": same(
        "generate if (1'bx == 1'b1) assign z = p; else assign z = p ~^ q; endgenerate"
    ),
    "binds into the testbench": same("assign z = p;", more="bind bench Same another(p, q, got);\n"),
}
FORGED_ADDERS = {
    "reads the sum where the width is the testbench's": adder(
        "generate if (WIDTH == 8) assign s = check_adder.sum; else assign s = a + b; endgenerate"
    ),
    "right only where the width is not the testbench's": adder(
        "generate if (WIDTH == 8) assign s = a | b; else assign s = a + b; endgenerate"
    ),
    "drives its input where the width is the testbench's": adder(
        "generate if (WIDTH == 8) assign b = 0; endgenerate assign s = a;"
    ),
    "ignores the width": "module adder #(parameter WIDTH = 8)(input [3:0] a, b, output [3:0] s);\n"
    "assign s = a + b;\nendmodule\n",
}
HONEST = {
    "plain": same("assign z = ~(p ^ q);"),
    "of another name": same("assign z = p == q;").replace("Same", "Equal"),
    "with a part": same(
        "inverter i(.y(z), .a(p ^ q));", more="module inverter(input a, output y); assign y = ~a; endmodule\n"
    ),
    "with a part called as one of the reference": same(
        "Golden inner(p, q, z);",
        more="module Golden(input p, input q, output z); assign z = p ~^ q; endmodule\n",
    ),
    "with a generate loop": same(
        "wire [1:0] t;\ngenvar n; generate for (n = 0; n < 2; n = n + 1) begin : g wire u;\n"
        "assign u = n ? p : q; assign t[n] = u; end endgenerate\nassign z = ~^t;"
    ),
    "reads down its own parts": same(
        "keep k(p);\nassign z = k.inner ~^ q;",
        more="module keep(input a); wire inner; assign inner = a; endmodule\n",
    ),
    "with case equality of what is known": same("assign z = (p ^ q) === 1'b0;"),
    "asks for x in an assertion": same("assign z = p ~^ q;\nalways @* assert (!$isunknown(z) || 1);"),
    "gives x where it does not matter": same(
        "reg k; assign z = k;\nalways @* case ({p, q}) 0, 3: k = 1; 1, 2: k = 0; default: k = 1'bx; endcase"
    ),
    "with wildcards": same(
        "reg k; assign z = k;\nalways @* casez ({p, q}) 2'b00, 2'b11: k = 1; 2'b?1, 2'b1?: k = 0; endcase"
    ),
    "with a guard": "`ifndef SAME_V\n`define SAME_V\n" + same("assign z = p ~^ q;") + "`endif\n",
    "with macros": "`define SAME(x, y) (~((x) ^ (y)))\n" + same("assign z = `SAME(p, q);"),
    "with a function": same("function f(input a, input b); f = a == b; endfunction\nassign z = f(p, q);"),
    "with its own timescale": "`timescale 1ps/1ps\n" + same("assign #1 z = p ~^ q;"),
    "in always_comb": same("always_comb z = p ~^ q;", "input p, input q, output logic z"),
    "ports declared inside": "module Same(p, q, z);\ninput p, q;\noutput z;\nreg z;\n"
    "always @(p or q) z = ~(p ^ q);\nendmodule\n",
    "with no nettype of its own": "`default_nettype none\n"
    + same("assign z = p ~^ q;", "input wire p, input wire q, output wire z"),
}
HONEST_ADDERS = {
    "of any width": adder("assign s = a + b;"),
    "by generate": adder("generate if (WIDTH == 8) assign s = a + b; else assign s = a + b + 0; endgenerate"),
    "ripple": adder(
        "wire [WIDTH:0] c;\nassign c[0] = 0;\n"
        "genvar i; generate for (i = 0; i < WIDTH; i = i + 1) begin : bits\n"
        "assign {c[i+1], s[i]} = a[i] + b[i] + c[i]; end endgenerate"
    ),
}


async def _all(texts: Mapping[str, str], context: Context) -> dict[str, Verdict]:
    check = Testbench()
    async with open_box(workers=2) as box:
        verdicts = await asyncio.gather(*(check.check(text, context, box) for text in texts.values()))
    return dict(zip(texts, verdicts, strict=True))


BESIDE = Context(testbench=COMPARES, reference=GOLDEN)
ALONE = Context(testbench=KNOWS)


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    async def run() -> dict[str, Verdict]:
        beside = await _all({**FORGED, **HONEST}, BESIDE)
        return beside | await _all({**FORGED_ADDERS, **HONEST_ADDERS}, ALONE)

    return asyncio.run(run())


@pytest.mark.parametrize("name", [*FORGED, *FORGED_ADDERS])
def test_what_is_forged_does_not_pass(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].status in ("fail", "unsupported", "incomplete"), verdicts[name]


@pytest.mark.parametrize("name", [*HONEST, *HONEST_ADDERS])
def test_what_is_honest_passes(name: str, verdicts: dict[str, Verdict]) -> None:
    assert verdicts[name].status == "pass", verdicts[name].findings


def test_what_was_said_of_the_controls_is_told(verdicts: dict[str, Verdict]) -> None:
    said = verdicts["plain"].data["said"]
    assert said["reference"] == "pass"
    assert (said["empty"], said["all 0"], said["all 1"]) == ("fail", "fail", "fail")
    assert len(said) > 4
    assert verdicts["of any width"].data["said"]["reference"] == "none"


def test_a_reference_that_tells_x_allows_it() -> None:
    reference = (
        "module Golden(input p, input q, output z);\n  assign z = (p === 1'bx) ? 1'b0 : p ~^ q;\nendmodule\n"
    )
    context = Context(testbench=COMPARES, reference=reference)
    verdicts = asyncio.run(_all({"x": same("assign z = (q === 1'bx) ? 1'b0 : p ~^ q;")}, context))
    assert verdicts["x"].status == "pass", verdicts["x"]
