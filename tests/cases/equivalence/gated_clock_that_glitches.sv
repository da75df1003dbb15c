// expect: different or unsupported
// ---- reference
module r(input clk, input x, input d, output reg q);
  reg en;
  initial begin en = 0; q = 0; end
  always @(posedge clk) begin en <= x; if (en) q <= d; end
endmodule
// ---- candidate
module c(input clk, input x, input d, output reg q);
  reg en;
  initial begin en = 0; q = 0; end
  always @(posedge clk) en <= x;
  wire g = clk & en;
  always @(posedge g) q <= d;
endmodule
