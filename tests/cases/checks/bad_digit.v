//! screen pass
//! syntax fail error BadDecimalDigit 6
//! elaborate skipped
//! synth skipped
module m(output [3:0] y);
  assign y = 4'd1a;
endmodule
