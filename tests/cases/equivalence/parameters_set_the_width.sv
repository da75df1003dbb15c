// expect: equivalent
// ---- reference
module r(input [7:0] a, input [7:0] b, output [7:0] y);
  assign y = a + b;
endmodule
// ---- candidate
module c #(parameter W = 8)(input [W-1:0] a, input [W-1:0] b, output [W-1:0] y);
  assign y = b + a;
endmodule
