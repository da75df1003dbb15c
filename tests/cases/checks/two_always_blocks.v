//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 5
//! synth skipped
module m(input clk, input rst, input d, output reg q);
  always @(posedge clk) q <= d;
  always @(posedge rst) q <= 1'b0;
endmodule
