// expect: unsupported or different
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  assign #15 y = a & b;
endmodule
