//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error construct 6 error unreadable 6
module m(input a, b, stuck, output y);
  wire w = a & b; always @(stuck) if (stuck) force w = 0; else release w;
  assign y = w;
endmodule
