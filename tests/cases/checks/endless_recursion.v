//! screen pass
//! syntax pass
//! elaborate fail error no-top 0
//! synth skipped
module m #(parameter N = 0) (input a, output y);
  m #(N + 1) deeper(a, y);
endmodule
