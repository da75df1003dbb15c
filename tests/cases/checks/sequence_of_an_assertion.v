//! screen pass
//! syntax pass
//! elaborate pass
//! synth unsupported warning beyond-synthesis 7
module m(input clk, input a, b, output logic q);
  always_ff @(posedge clk) q <= a & b;
  sequence both; a ##1 b; endsequence
  assert property (@(posedge clk) both |-> q);
endmodule
