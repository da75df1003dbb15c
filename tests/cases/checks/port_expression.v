//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 5
module m({hi, lo}, .sum(s));
  input [1:0] hi, lo;
  output [2:0] s;
  assign s = hi + lo;
endmodule
