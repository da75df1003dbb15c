// expect: equivalent
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  assign y = a & b;
  always @(y) $display("%m y is %b", y);
endmodule
