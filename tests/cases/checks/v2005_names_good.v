//! std v2005
//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input bit, input do, output logic);
  assign logic = bit & do;
endmodule
