//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error construct 6 error unreadable 0
module m(input [7:0] a, output [7:0] y);
  real r;
  always @(a) r = a * 0.3;
  assign y = r;
endmodule
