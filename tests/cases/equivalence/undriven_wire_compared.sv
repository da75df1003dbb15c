// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  wire u;
  assign y = (u === 1'b1 || u === 1'b0) ? a & b : a | b;
endmodule
