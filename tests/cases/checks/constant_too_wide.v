//! screen pass
//! syntax pass warning VectorLiteralOverflow 6
//! elaborate pass
//! synth pass
module m(input clk, output reg [3:0] q);
  always @(posedge clk) q <= 4'd77;
endmodule
