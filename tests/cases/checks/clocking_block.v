//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7
module m(input clk, input [1:0] d, output logic [1:0] q);
  always_ff @(posedge clk) q <= d;
  clocking edges @(posedge clk); input d; endclocking
endmodule
