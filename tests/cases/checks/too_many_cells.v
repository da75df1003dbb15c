//! set synth.max_cells=3
//! screen pass
//! syntax pass
//! elaborate pass
//! synth fail error too-many-cells 0
module m(input [7:0] a, input [7:0] b, output [7:0] y);
  assign y = ((a + b) ^ (a - b)) & (a * b);
endmodule
