//! screen pass
//! syntax fail error system-task 0
//! elaborate skipped
//! synth skipped
`define TRACE
module m(input a, output y);
`ifdef TRACE
  integer f;
  initial f = $fopen("trace.txt");
`endif
  assign y = ~a;
endmodule
