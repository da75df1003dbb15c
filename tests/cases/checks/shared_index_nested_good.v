//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input rst, input [7:0] a, output reg [7:0] y, z);
  integer i;
  always @(posedge clk)
    if (rst) for (i = 0; i < 8; i = i + 1) y[i] <= 1'b0;
    else for (i = 7; i >= 0; i = i - 1) y[i] <= a[7 - i];
  always @(posedge clk) for (i = 0; i < 8; i = i + 1) z[i] <= y[i] ^ a[i];
endmodule
