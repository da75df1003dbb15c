// expect: unsupported
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  assign y = a & b;
  initial $finish;
endmodule
