//! screen pass
//! syntax pass
//! elaborate fail error UsedBeforeDeclared 6
//! synth skipped
module m(input clk, input d, output reg q);
  always @(posedge clk) q <= w;
  wire w = d;
endmodule
