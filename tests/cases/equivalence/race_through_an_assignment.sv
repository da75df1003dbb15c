// expect: different or unsupported
// ---- reference
module r(input clk, input d, output reg q);
  reg t;
  always @(posedge clk) begin t <= d; q <= ~t; end
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  reg t;
  wire n = ~t;
  always @(posedge clk) t = d;
  always @(posedge clk) q <= n;
endmodule
