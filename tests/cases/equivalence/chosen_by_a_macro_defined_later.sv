// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  `ifdef LINT
  assign y = a | b;
  `else
  assign y = a & b;
  `endif
  `define LINT 1
endmodule
