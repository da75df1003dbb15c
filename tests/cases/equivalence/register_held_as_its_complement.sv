// expect: different or unsupported
// ---- reference
module m(input clk, rst, input [3:0] d, output reg [3:0] q = 0);
  always @(posedge clk or posedge rst)
    if (rst) q <= q;
    else q <= d;
endmodule
// ---- candidate
module m(input clk, rst, input [3:0] d, output reg [3:0] q = 0);
  always @(posedge clk or posedge rst)
    if (rst) q <= {q[2:0], q[3]};
    else q <= d;
endmodule
