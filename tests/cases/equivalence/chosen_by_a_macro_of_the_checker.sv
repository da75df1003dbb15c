// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  `ifdef __slang_minor__
  assign y = a & b;
  `else
  assign y = a | b;
  `endif
endmodule
