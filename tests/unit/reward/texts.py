"""A row, and replies of which it is known what they are."""

REFERENCE = "module both (input a, input b, output y);\n  assign y = a & b;\nendmodule\n"
TESTBENCH = """module tb;
  reg a, b; wire y; integer n, errors = 0;
  both dut (.a(a), .b(b), .y(y));
  initial begin
    for (n = 0; n < 4; n = n + 1) begin {a, b} = n; #1 if (y !== (a & b)) errors = errors + 1; end
    $display("Mismatches: %0d in %0d samples", errors, 4);
    $finish;
  end
endmodule
"""
RIGHT = "module both (input a, input b, output y);\n  assign y = ~(~a | ~b);\nendmodule\n"
WRONG = REFERENCE.replace("&", "|")
PRINTS = REFERENCE.replace(
    "assign y = a & b;", 'assign y = a; initial begin $display("Mismatches: 0 in 4 samples"); $finish; end'
)
BROKEN = "module both (input a, input b, output y);\n  assign y = a &;\nendmodule\n"
ROW = {"reference": REFERENCE, "testbench": TESTBENCH}


def fenced(text: str) -> str:
    return f"Here it is.\n```verilog\n{text}```\n"
