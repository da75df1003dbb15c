// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
`ifdef FAST
  assign y = a;
`else
  assign y = a & b;
`endif
endmodule
// ---- candidate
module r(input a, input b, output y);
`ifdef FAST
`ifdef SMALL
  assign y = 0;
`else
  assign y = a;
`endif
`else
  assign y = a & b;
`endif
endmodule
