// expect: equivalent
// ---- reference
module r(input clk, input rst, input [1:0] k, output reg [1:0] q, output hit);
  always @(posedge clk) if (rst) q <= 0; else if (k != q) q <= q + 1;
  assign hit = q == 2;
endmodule
// ---- candidate
module c(input clk, input rst, input [1:0] k, output reg [1:0] q, output hit);
  always @(posedge clk) if (rst === 1'b1) q <= 0; else if (k !== q) q <= q + 1;
  assign hit = q === 2;
endmodule
