//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7
module m(input a, en, output y);
  wire w;
  pullup(w);
  assign w = en ? a : 1'bz;
  assign y = w;
endmodule
