//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 6
//! synth skipped
module m(input clk, a, b, output reg y);
  reg seen;
  always @(posedge clk) begin
    y <= a;
    if (a) seen <= 1;
  end
  always @(posedge clk)
    if (b & seen) seen <= 0;
endmodule
