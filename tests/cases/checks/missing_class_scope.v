//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m(input [bus_pkg::W-1:0] a, output y);
  assign y = ^a;
endmodule
