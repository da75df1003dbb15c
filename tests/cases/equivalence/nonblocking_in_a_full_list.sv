// expect: equivalent
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output reg y);
  always @(a or b) y <= a & b;
endmodule
