//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, a, b, output reg y);
  reg seen;
  always @(posedge clk) begin
    y <= a;
    if (a) seen <= 1;
  end
  always @(posedge clk)
    if (b) seen <= 0;
endmodule
