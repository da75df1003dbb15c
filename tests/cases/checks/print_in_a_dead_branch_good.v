//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input a, output y);
`ifdef TRACE
  integer f;
  initial f = $fopen("trace.txt");
  always @(a) $fdisplay(f, "%b", a);
`endif
  assign y = ~a;
endmodule
