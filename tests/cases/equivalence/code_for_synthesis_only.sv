// expect: different
// confirmed: true
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
`ifdef SYNTHESIS
  assign y = a;
`elsif YOSYS
  assign y = a;
`else
  assign y = ~a;
`endif
endmodule
