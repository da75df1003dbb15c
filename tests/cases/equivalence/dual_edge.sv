// expect: equivalent
// clocking: moment
// vacuous: q
// ---- reference
module r(input clk, input d, output q);
  reg p, n;
  always @(posedge clk) p <= d ^ n;
  always @(negedge clk) n <= d ^ p;
  assign q = p ^ n;
endmodule
// ---- candidate
module c(input clk, input d, output q);
  reg a, b;
  always @(posedge clk) a <= b ^ d;
  always @(negedge clk) b <= a ^ d;
  assign q = b ^ a;
endmodule
