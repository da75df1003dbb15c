//! screen pass
//! syntax pass
//! elaborate pass warning IndexOOB 6
//! synth pass
module m(input [3:0] a, output y);
  assign y = a[7];
endmodule
