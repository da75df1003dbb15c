// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  `ifdef __ICARUS__
  assign y = a & b;
  `elsif VERILATOR
  assign y = a & b;
  `else
  assign y = a & b;
  `endif
  `ifndef MODEL_TECH
  `else
  assign y = 1'b1;
  `endif
endmodule
