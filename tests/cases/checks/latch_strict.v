//! set synth.strict=true
//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error latch 0
module m(input en, input d, output reg q);
  always @*
    if (en) q = d;
endmodule
