// expect: unsupported or equivalent
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  tri1 t;
  assign y = a & b & t;
endmodule
