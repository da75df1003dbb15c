//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module toggle(input clk, output reg q);
  initial q = 1'b0;
  always @(posedge clk) q <= ~q;
endmodule
