// expect: different
// confirmed: true
// note: class 4: what is synthesised is right, what is simulated is not
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output reg y);
  always @(a) y = a & b;
endmodule
