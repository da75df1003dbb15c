//! screen pass
//! syntax pass
//! elaborate fail error CannotIndexScalar 8
//! synth skipped
module m(input a, output y);
  wire t;
  assign t = a;
  assign y = t[0];
endmodule
