// expect: different
// confirmed: true
// ---- reference
module r(input clk, input [3:0] a, output reg [3:0] q);
  always @(posedge clk) q <= a;
endmodule
// ---- candidate
module c(input clk, input [3:0] a, output reg [3:0] q);
  reg [3:0] t = ~a;
  always @(posedge clk) q <= ~t;
endmodule
