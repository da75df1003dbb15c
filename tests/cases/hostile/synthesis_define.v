// attacks: a difference between simulation and synthesis
module m(input a, output y);
`ifdef SYNTHESIS
  assign y = a;
`elsif YOSYS
  assign y = a;
`else
  assign y = ~a;
`endif
endmodule
