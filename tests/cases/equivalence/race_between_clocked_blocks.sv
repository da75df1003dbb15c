// expect: different or unsupported
// note: which of the two, the simulator decides
// ---- reference
module r(input clk, input d, output reg q);
  reg p;
  always @(posedge clk) p <= d;
  always @(posedge clk) q <= p;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  reg p;
  always @(posedge clk) q <= p;
  always @(posedge clk) p = d;
endmodule
