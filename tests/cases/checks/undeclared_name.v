//! screen pass
//! syntax pass
//! elaborate fail error UndeclaredIdentifier 6
//! synth skipped
module m(input clk, input d, output reg q);
  always @(posedge clk) q <= d & enable;
endmodule
