//! screen pass
//! syntax pass
//! elaborate fail error RangeSelectReversed 6
//! synth skipped
module m(input [5:0] y, input w, output z);
  assign z = (|y[1:3]) & w;
endmodule
