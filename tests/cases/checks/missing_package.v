//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m import bus_pkg::*; (input word_t a, output word_t y);
  assign y = a + OFFSET;
endmodule
