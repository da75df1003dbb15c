// expect: ports-differ
// says: input a has the dimensions [0:3], it should have [3:0]
// ---- reference
module m(input [7:0] a [3:0], output [7:0] b);
  assign b = a[0];
endmodule
// ---- candidate
module m(input [7:0] a [0:3], output [7:0] b);
  assign b = a[0];
endmodule
