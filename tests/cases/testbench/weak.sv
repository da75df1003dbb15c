// expect: unsupported
// says: lets an empty module pass
// ---- testbench
module tb;
  reg a; wire y;
  inverter dut(.a(a), .y(y));
  initial begin a = 0; #1 if (y === 0) $display("Test failed"); else $display("Test passed"); end
endmodule
// ---- reference
// ---- candidate
module inverter(input a, output y);
  assign y = ~a;
endmodule
