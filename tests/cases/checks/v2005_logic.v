//! std v2005
//! screen pass
//! syntax fail error not-in-standard 6 error not-in-standard 7
//! elaborate skipped
//! synth skipped
module m(input logic clk, input logic d, output logic q);
  always_ff @(posedge clk) q <= d;
endmodule
