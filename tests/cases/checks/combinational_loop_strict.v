//! set synth.strict=true
//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error loop 8
module m(input a, input b, output o);
  wire x, y;
  assign x = y & a;
  assign y = x | b;
  assign o = x;
endmodule
