//! screen pass
//! syntax pass
//! elaborate fail error UndeclaredType 6
//! synth skipped
module m(input clk, input d, output reg q);
  word_t w;
  always @(posedge clk) q <= d;
endmodule
