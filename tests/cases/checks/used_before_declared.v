//! screen pass
//! syntax pass
//! elaborate pass warning UsedBeforeDeclared 6
//! synth pass
module m(input clk, input d, output reg q);
  always @(posedge clk) q <= w;
  wire w = d;
endmodule
