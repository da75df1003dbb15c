//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [3:0] a, output reg [3:0] q);
  always @(posedge clk) begin
    q <= a;
    assert (a != 4'd9) else $fatal(1, "nine");
  end
  property p;
    @(posedge clk) a == 4'd1 |=> q == 4'd1;
  endproperty
  assert property (p) else $error("late");
endmodule
