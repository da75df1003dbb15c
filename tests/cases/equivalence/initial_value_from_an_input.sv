// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  reg t = a & b;
  assign y = t;
endmodule
