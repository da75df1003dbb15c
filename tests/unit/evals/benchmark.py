"""A small benchmark of four problems, each there for what goes wrong with one, and answers to it."""

from __future__ import annotations

import json
from pathlib import Path

INVERTER = "module TopModule (input a, output y);\n  assign y = ~a;\nendmodule\n"
LOOKUP = """module lookup (input [1:0] i, output [3:0] o);
  assign o = (4'd3 << i) ^ {2'b00, i};
endmodule
"""
COUNTER = """module counter (input clk, input rst, output reg [7:0] q);
  always @(posedge clk) if (rst) q <= 0; else q <= q + 1;
endmodule
"""
SATURATING = COUNTER.replace("q <= q + 1", "q <= q == 200 ? q : q + 1")
"""Another design, and the testbench never counts so far."""
GATE = "module gate (input a, input b, output y);\n  assign y = a & b;\nendmodule\n"
LATCH = "module gate (input a, input b, output reg y);\n  always @* if (a) y = b;\nendmodule\n"
FORGED = """module TopModule (input a, output y);
  assign y = a;
  initial begin $display("Mismatches: 0 in 20 samples"); $finish; end
endmodule
"""

_INVERTER_TEST = """module tb;
  reg clk = 0, a = 0; wire y, z; integer errors = 0, n = 0;
  TopModule dut (.a(a), .y(y));
  RefModule good (.a(a), .y(z));
  initial repeat (20) begin
    #5 a = $random; #5 n = n + 1; if (y !== z) errors = errors + 1;
  end
  initial #205 begin $display("Mismatches: %0d in %0d samples", errors, n); $finish; end
endmodule
"""
_LOOKUP_TEST = """module tb;
  reg [1:0] i; wire [3:0] o; reg [3:0] want [0:3]; integer n, errors = 0;
  lookup dut (.i(i), .o(o));
  initial begin
    $readmemh("want.dat", want);
    for (n = 0; n < 4; n = n + 1) begin
      i = n; #5 if (o !== want[n]) errors = errors + 1;
    end
    if (errors == 0) $display("=== Your Design Passed ==="); else $display("=== Failed: %0d ===", errors);
    $finish;
  end
endmodule
"""
_COUNTER_TEST = """module tb;
  reg clk = 0, rst = 1; wire [7:0] q; integer n, errors = 0;
  counter dut (.clk(clk), .rst(rst), .q(q));
  always #5 clk = ~clk;
  initial begin
    @(negedge clk); @(negedge clk); rst = 0;
    for (n = 0; n < 9; n = n + 1) begin
      if (q !== n) errors = errors + 1;
      @(negedge clk);
    end
    if (errors == 0) $display("=== Your Design Passed ==="); else $display("=== Failed: %0d ===", errors);
    $finish;
  end
endmodule
"""
_BLIND_TEST = """module tb;
  reg a = 0, b = 0; wire y;
  gate dut (.a(a), .b(b), .y(y));
  initial begin #5 $display("=== Your Design Passed ==="); $finish; end
endmodule
"""


def write_problems(folder: Path) -> Path:
    reference = INVERTER.replace("TopModule", "RefModule")
    rows = [
        ("inverter", "A module TopModule that inverts a.", reference, _INVERTER_TEST),
        ("lookup", "A module lookup.", LOOKUP, _LOOKUP_TEST),
        ("counter", "A module counter.", COUNTER, _COUNTER_TEST),
        ("gate", "A module gate: y is a and b.", GATE, _BLIND_TEST),
    ]  # fmt: skip
    path = folder / "problems.jsonl"
    with path.open("w") as file:
        for id_, instruction, reference, testbench in rows:
            row = {"id": id_, "instruction": instruction, "reference": reference, "testbench": testbench}
            if id_ == "lookup":
                row["files"] = {"want.dat": "3\n7\ne\nb\n"}  # type: ignore[assignment]
            file.write(json.dumps(row) + "\n")
    return path


COMPLETIONS = {
    "inverter": [f"```verilog\n{INVERTER}```", FORGED, "I'm sorry, I cannot help with that."],
    "lookup": [LOOKUP, LOOKUP.replace("4'd3", "4'd5"), LOOKUP.replace("[3:0] o", "[2:0] o")],
    "counter": [COUNTER, SATURATING, COUNTER.replace("q + 1;", "q + 1")],
    "gate": [GATE, LATCH],
}
"""By problem; the last one lacks its third sample."""


def write_completions(folder: Path) -> Path:
    path = folder / "completions.jsonl"
    lines = [{"task_id": id_, "completion": text} for id_, texts in COMPLETIONS.items() for text in texts]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return path
