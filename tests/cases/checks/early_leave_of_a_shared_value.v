//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 6
//! synth skipped
module m(input clk, input [3:0] a, output reg [3:0] p, q);
  reg [3:0] t;
  always @(posedge clk) begin
    begin : work
      if (a[0]) disable work;
      t = a;
    end
    p <= t;
  end
  always @(posedge clk) begin
    t = ~a;
    q <= t;
  end
endmodule
