//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 6
module m(input clk, d, output reg q);
  always @(posedge clk or negedge clk) q <= d;
endmodule
