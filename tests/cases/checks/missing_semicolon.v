//! screen pass
//! syntax fail error ExpectedToken 6
//! elaborate skipped
//! synth skipped
module m(input a, input b, output y);
  assign y = a & b
endmodule
