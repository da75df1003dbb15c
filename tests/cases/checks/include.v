//! screen fail error include 5
//! syntax skipped
//! elaborate skipped
//! synth skipped
`include "defines.vh"
module m(input a, output y);
  assign y = a;
endmodule
