// expect: different
// confirmed: true
// ---- reference
module r(input [3:0] a, input [1:0] b, output [11:0] y);
  assign y = b == 3 ? a * a * a : b == 2 ? a * a : b == 1 ? a : 0;
endmodule
// ---- candidate
module c(input [3:0] a, input [1:0] b, output [11:0] y);
  assign y = a ** b;
endmodule
