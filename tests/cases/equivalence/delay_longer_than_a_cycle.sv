// expect: different
// confirmed: true
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  always @(posedge clk) q <= #500 d;
endmodule
