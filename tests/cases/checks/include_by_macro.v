//! screen pass
//! syntax fail error ExceededMaxIncludeDepth 6
//! elaborate skipped
//! synth skipped
`define I(x) `x
`I(include) "defines.vh"
module m(input a, output y);
  assign y = a;
endmodule
