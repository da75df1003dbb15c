//! screen pass
//! syntax pass
//! elaborate fail error MultipleContAssigns 7
//! synth skipped
module m(input a, output logic y);
  assign y = a;
  assign y = ~a;
endmodule
