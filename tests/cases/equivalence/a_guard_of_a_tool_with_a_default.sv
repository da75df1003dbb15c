// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
`ifndef SYNTHESIS
`define SYNTHESIS 0
`endif
module r(input a, input b, output y);
  assign y = `SYNTHESIS ? a | b : a & b;
endmodule
