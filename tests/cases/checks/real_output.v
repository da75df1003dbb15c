//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error construct 5 error unreadable 0
module m(input clk, output real x);
  always @(posedge clk) x <= 1.5;
endmodule
