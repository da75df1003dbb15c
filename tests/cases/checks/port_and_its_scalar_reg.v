//! screen pass
//! syntax pass
//! elaborate fail error PortDeclDimensionsMismatch 8
//! synth skipped
module m(clk, d, q);
  input clk;
  input [7:0] d;
  output [7:0] q;
  reg q;
  always @(posedge clk) q <= d[0];
endmodule
