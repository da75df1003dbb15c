//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [1:0] d, output logic [1:0] q);
  always_ff @(posedge clk) q <= d;
  covergroup seen @(posedge clk); coverpoint d; endgroup
endmodule
