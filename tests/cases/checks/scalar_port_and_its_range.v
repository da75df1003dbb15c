//! screen pass
//! syntax pass
//! elaborate fail error PortRange 9
//! synth skipped
module m(clk, d, q);
  input clk;
  input [1:0] d;
  output q;
  reg [1:0] q;
  always @(posedge clk) q <= d;
endmodule
