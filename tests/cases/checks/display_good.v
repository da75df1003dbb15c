//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input d, output reg q);
  always @(posedge clk) begin
    q <= d;
    $display("%b", d);
  end
endmodule
