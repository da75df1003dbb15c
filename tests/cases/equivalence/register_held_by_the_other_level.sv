// expect: different
// ---- reference
module m(input clk, rst, we, input [3:0] d, output reg [3:0] q);
  always @(posedge clk or posedge rst)
    if (rst) q <= q;
    else if (we) q <= d;
endmodule
// ---- candidate
module m(input clk, rst, we, input [3:0] d, output reg [3:0] q);
  always @(posedge clk or negedge rst)
    if (!rst) q <= q;
    else if (we) q <= d;
endmodule
