// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  wire u;
  assign y = ($countones(u) + $countones(~u)) == 1 ? a & b : a | b;
endmodule
