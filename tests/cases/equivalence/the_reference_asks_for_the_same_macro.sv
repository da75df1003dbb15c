// expect: equivalent
// ---- reference
module r(input a, input b, output y);
`ifdef FAST
  assign y = a;
`else
  assign y = a & b;
`endif
endmodule
// ---- candidate
module c(input a, input b, output y);
`ifdef FAST
  assign y = a;
`else
  assign y = ~(~a | ~b);
`endif
endmodule
