//! std v2001
//! screen pass
//! syntax fail error not-in-standard 6
//! elaborate skipped
//! synth skipped
module m #(parameter W = 4) (output [$clog2(W):0] n);
  assign n = W;
endmodule
