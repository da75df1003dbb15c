// expect: unsupported
// says: neither that it passed
// ---- testbench
module tb; reg a = 0; wire y; inverter dut(.a(a), .y(y)); initial #1 $display("y is %b", y); endmodule
// ---- reference
// ---- candidate
module inverter(input a, output y);
  assign y = ~a;
endmodule
