//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass warning loop 7
module m(input a, input b, output o);
  wire x, y;
  assign x = y & a;
  assign y = x | b;
  assign o = x;
endmodule
