// expect: different or unsupported
// ---- reference
module r(input clk, input d, output reg q);
  reg t;
  always @(posedge clk) begin t <= d; q <= t; end
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  reg k, t;
  always @(clk) k <= clk;
  always @(posedge clk) t <= d;
  always @(posedge k) q <= t;
endmodule
