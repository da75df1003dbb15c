//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7
module m(input clk, input [1:0] d, e, output logic [1:0] q);
  always_ff @(posedge clk) q <= d & e;
  covergroup seen @(posedge clk); c: coverpoint d; f: coverpoint e; cross c, f; endgroup
  seen all = new();
endmodule
