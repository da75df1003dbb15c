// expect: equivalent
// ---- reference
module ref_dff(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  always @(posedge clk) q <= #1 d;
endmodule
