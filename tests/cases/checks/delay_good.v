//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input d, output reg q);
  always @(posedge clk) q <= #1 d;
endmodule
