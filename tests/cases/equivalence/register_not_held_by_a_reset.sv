// expect: different
// ---- reference
module m(input clk, rst_n, we, input [3:0] d, output reg [3:0] q);
  always @(posedge clk or negedge rst_n)
    if (!rst_n) q <= q;
    else if (we) q <= d;
endmodule
// ---- candidate
module m(input clk, rst_n, we, input [3:0] d, output reg [3:0] q);
  always @(posedge clk)
    if (we) q <= d;
endmodule
