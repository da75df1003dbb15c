//! screen pass
//! syntax pass
//! elaborate fail error AssignToNet 6
//! synth skipped
module m(input clk, input d, output q);
  always @(posedge clk) q <= d;
endmodule
