// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module r(input a, input b, output y);
`ifdef SYNTHESIS
  assign y = a | b;
`else
  assign y = a & b;
`endif
endmodule
