//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module split(input clk, input [1:0] d, output reg [1:0] q);
  always @(posedge clk) q[0] <= d[0];
  always @(posedge clk) q[1] <= d[1];
endmodule
