//! screen pass
//! syntax fail error ExpectedIdentifier 5
//! elaborate skipped
//! synth skipped
module m(input clk, input bit, output logic q);
  always_ff @(posedge clk) q <= bit;
endmodule
