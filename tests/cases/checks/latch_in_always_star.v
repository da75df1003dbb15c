//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass warning latch 0
module m(input en, input d, output reg q);
  always @*
    if (en) q = d;
endmodule
