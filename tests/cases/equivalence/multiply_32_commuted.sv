// expect: equivalent
// ---- reference
module r(input [31:0] a, input [31:0] b, output [31:0] y);
  assign y = a * b;
endmodule
// ---- candidate
module c(input [31:0] a, input [31:0] b, output [31:0] y);
  assign y = b * a;
endmodule
