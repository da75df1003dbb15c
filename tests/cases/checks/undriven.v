//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass warning undriven 0
module m(input a, output y);
  wire w;
  assign y = a & w;
endmodule
