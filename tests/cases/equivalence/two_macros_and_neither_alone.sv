// expect: unsupported
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module r(input a, input b, output y);
`ifdef FAST
`ifdef SMALL
  assign y = a;
`define DONE
`endif
`endif
`ifndef DONE
  assign y = a & b;
`endif
endmodule
