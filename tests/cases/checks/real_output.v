//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error unreadable 0
module m(input clk, output real x);
  always @(posedge clk) x <= 1.5;
endmodule
