//! std v2005
//! screen pass
//! syntax fail error ExpectedExpression 8
//! elaborate skipped
//! synth skipped
module m(input a, output y);
  assign y = a &
endmodule
