// expect: different or unsupported
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= 0;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  wire k = clk;
  always @(posedge clk) q <= k;
endmodule
