// expect: equivalent
// engine: the same netlist
// ---- reference
module m(input a, output y, output z);
endmodule
// ---- candidate
module other(input a, output y, output z);
  wire unused;
endmodule
