//! screen pass
//! syntax pass
//! elaborate incomplete
//! synth incomplete
module m #(parameter WIDE = "", parameter NARROW = "") (input a, output [WIDE-1:0] y);
  wire [WIDE-1:0] low;
  assign low[WIDE-1:NARROW] = {a, a};
  assign low[NARROW-1:0] = ~a;
  assign y = low;
endmodule
