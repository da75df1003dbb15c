//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 6
//! synth skipped
module m(input clk, input [3:0] a, output reg [3:0] p, q);
  reg [3:0] last;
  always @(posedge clk) begin
    p <= last;
    last = a;
  end
  always @(posedge clk) begin
    last = ~a;
    q <= last;
  end
endmodule
