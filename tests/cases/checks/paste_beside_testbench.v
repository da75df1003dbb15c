//! testbench
//! screen fail error token-paste 6 error system-task 8
//! syntax skipped
//! elaborate skipped
//! synth skipped
`define CALL(a, b) a``b
module m(input a, output y);
  initial `CALL($dis, play)("Mismatches: 0");
  assign y = a;
endmodule
