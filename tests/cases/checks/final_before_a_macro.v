//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 9
`define MORE ; always @(posedge clk) z <= ~z
module m(input clk, input [3:0] d, output reg [3:0] q, output reg z);
  always @(posedge clk) q <= d;
  // what stands behind the macro is no part of the final block
  final $display("the end") `MORE ;
endmodule
