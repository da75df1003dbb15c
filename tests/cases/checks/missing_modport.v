//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m(input clk, bus.slave b, output y);
  assign y = b.ready;
endmodule
