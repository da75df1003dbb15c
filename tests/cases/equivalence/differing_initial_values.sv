// expect: different
// confirmed: true
// note: class 3: induction alone ignores where a design starts
// ---- reference
module r(input clk, input t, output reg q);
  initial q = 0;
  always @(posedge clk) q <= q ^ t;
endmodule
// ---- candidate
module c(input clk, input t, output reg q);
  initial q = 1;
  always @(posedge clk) q <= q ^ t;
endmodule
