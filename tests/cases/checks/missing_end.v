//! screen pass
//! syntax fail error ExpectedToken 7
//! elaborate skipped
//! synth skipped
module m(input clk, input d, output reg q);
  always @(posedge clk) begin
    q <= d;
endmodule
