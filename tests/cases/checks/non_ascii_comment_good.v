//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
// a → y, “as is”
module m(input a, output y);
  assign y = a; // é
endmodule
