//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
`define REG(name) name``_q
module m(input clk, input signed [3:0] a, output reg signed [7:0] `REG(y));
  localparam W = $clog2(9);
  always @(posedge clk) `REG(y) <= $signed(a) + W;
endmodule
