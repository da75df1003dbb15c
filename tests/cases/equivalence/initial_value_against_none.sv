// expect: different
// confirmed: true
// ---- reference
module r(input clk, input t, output reg q);
  initial q = 0;
  always @(posedge clk) q <= q ^ t;
endmodule
// ---- candidate
module c(input clk, input t, output reg q);
  always @(posedge clk) q <= q ^ t;
endmodule
