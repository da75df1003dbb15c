//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module m(input clk, input [1:0] d, output logic [1:0] q);
  always_ff @(posedge clk) q <= d;
  final $display("the last one: %0d", q) /* ; */ ;
  final begin $display("and"); $display("done"); end
  final
    if (q == 3) $display("three");
endmodule
