// expect: fail
// says: wrong for 1
// ---- testbench
module check_it;
  reg a = 0; wire y;
  inverter dut(.a(a), .y(y));
  initial begin
    #1 if (y !== 1) $fatal(1, "wrong for 0");
    a = 1;
    #1 if (y !== 0) $error("wrong for 1");
  end
endmodule
// ---- reference
// ---- candidate
module inverter(input a, output y);
  assign y = 1'b1;
endmodule
