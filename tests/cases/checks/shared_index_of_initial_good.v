//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [1:0] a, input [7:0] d, output reg [7:0] q);
  reg [7:0] mem [0:3];
  integer i;
  initial for (i = 0; i < 4; i = i + 1) mem[i] = 8'd0;
  always @(posedge clk) begin
    for (i = 0; i < 4; i = i + 1) if (a == i) mem[i] <= d;
    q <= mem[a];
  end
endmodule
