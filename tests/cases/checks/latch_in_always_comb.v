//! screen pass
//! syntax pass
//! elaborate pass warning InferredLatch 7
//! synth pass warning loop 7
module m(input en, input d, output logic q);
  always_comb
    if (en) q = d;
endmodule
