// expect: different or unsupported
// ---- reference
module r(input clk, output reg q);
  initial q = 1;
  always @(posedge clk) q <= q;
endmodule
// ---- candidate
module c(input clk, output reg q);
  initial begin q <= 0; q = 1; end
  always @(posedge clk) q <= q;
endmodule
