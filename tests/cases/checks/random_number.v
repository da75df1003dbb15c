//! screen pass
//! syntax pass
//! elaborate pass warning WidthTruncate 6
//! synth fail error construct 6 error unreadable 6
module m(input clk, output reg [3:0] q);
  always @(posedge clk) q <= $urandom_range(15);
endmodule
