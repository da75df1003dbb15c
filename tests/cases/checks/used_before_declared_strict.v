//! set elaborate.strict=true
//! screen pass
//! syntax pass
//! elaborate fail warning UsedBeforeDeclared 7
//! synth skipped
module m(input clk, input d, output reg q);
  always @(posedge clk) q <= w;
  wire w = d;
endmodule
