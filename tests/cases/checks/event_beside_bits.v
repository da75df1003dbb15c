//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7
module m #(parameter N = 12)(input clk, input signed [3:0] a, output reg [$clog2(N)-1:0] y);
  event e;
  always @(posedge clk) -> e;
  always @(e) y <= $unsigned(a);
endmodule
