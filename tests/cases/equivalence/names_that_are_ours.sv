// expect: equivalent
// ---- reference
module netlist(input i1, input o0, output i0, output gold);
  wire trigger = i1;
  assign i0 = trigger & o0;
  assign gold = o0;
endmodule
// ---- candidate
module miter(input i1, input o0, output i0, output gold);
  wire gate = o0;
  assign i0 = i1 & gate;
  assign gold = gate;
endmodule
