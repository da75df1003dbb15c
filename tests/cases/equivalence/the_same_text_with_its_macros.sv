// expect: equivalent
// ---- reference
`timescale 1ns / 1ns
module r(input a, input b, output y);
`ifdef FAST
  assign y = a;
`else
  assign #3 y = a & b;
`endif
endmodule
// ---- candidate
`timescale 1ns/1ns
module s(input a, input b, output y);
  `ifdef FAST  assign y = a;
  `else        assign #3 y = a & b;  // after a while
  `endif
endmodule
