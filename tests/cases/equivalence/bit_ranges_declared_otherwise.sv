// expect: equivalent
// ---- reference
module r(input [7:4] a, output [0:3] y);
  assign y = a;
endmodule
// ---- candidate
module c(input [3:0] a, output [3:0] y);
  assign y = a;
endmodule
