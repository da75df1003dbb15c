//! screen pass
//! syntax fail error ExpectedIdentifier 5
//! elaborate skipped
//! synth skipped
module m(input a output y);
  assign y = a;
endmodule
