//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, rst, we, input [10:0] a, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [0:2047];
  integer i;
  always @(posedge clk or posedge rst)
    if (rst) for (i = 0; i < 2048; i = i + 1) mem[i] <= 8'd0;
    else begin
      if (we) mem[a] <= d;
      q <= mem[a];
    end
endmodule
