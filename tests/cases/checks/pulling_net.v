//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 6
module m(input a, en, output y);
  tri0 w;
  assign w = en ? a : 1'bz;
  assign y = w;
endmodule
