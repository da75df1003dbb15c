//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m(input a, output y);
  fancy_cell #(.P(3)) u(.a(a), .y(y));
endmodule
