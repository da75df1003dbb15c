//! screen pass
//! syntax pass
//! elaborate fail error UndeclaredIdentifier 7
//! synth skipped
`define GATED(x) (x & enable)
module m(input d, output q);
  assign q = `GATED(d);
endmodule
