// expect: different
// output: b
// ---- reference
module m(input [7:0] a [3:0], output [7:0] b [0:1]);
  assign b[0] = a[3];
  assign b[1] = a[0];
endmodule
// ---- candidate
module m(input [7:0] a [3:0], output [7:0] b [0:1]);
  assign b[0] = a[0];
  assign b[1] = a[3];
endmodule
