//! screen pass
//! syntax pass
//! elaborate fail error Redefinition 7
//! synth skipped
module m(input a, output y);
  wire w;
  reg w;
  assign y = a;
endmodule
