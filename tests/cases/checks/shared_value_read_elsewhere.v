//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 6
//! synth skipped
module m(input clk, input [3:0] a, output reg [3:0] p, output [3:0] q);
  reg [3:0] t;
  always @(posedge clk) begin
    t = a;
    p <= t;
  end
  always @(negedge clk) t = ~a;
  assign q = t;
endmodule
