//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m(input clk, bus b, output y);
  assign y = b.ready;
endmodule
