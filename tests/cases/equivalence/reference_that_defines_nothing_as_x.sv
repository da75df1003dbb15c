// expect: equivalent
// engine: the same netlist
// ---- reference
module m(input a, output [2:0] y, output reg z);
endmodule
// ---- candidate
module m(input a, output [2:0] y, output z);
  assign y = 3'bxxx;
  assign z = 1'bx;
endmodule
