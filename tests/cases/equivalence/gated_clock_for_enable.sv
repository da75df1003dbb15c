// expect: different
// clocking: moment
// note: the enable may rise while the clock is high
// ---- reference
module r(input clk, input en, input d, output reg q);
  always @(posedge clk) if (en) q <= d;
endmodule
// ---- candidate
module c(input clk, input en, input d, output reg q);
  wire g = clk & en;
  always @(posedge g) q <= d;
endmodule
