// expect: equivalent
// ---- reference
module r(input signed [3:0] a, input [1:0] b, output signed [11:0] y, output signed [7:0] s);
  wire signed [11:0] w = a;
  assign y = b == 0 ? 12'sd1 : b == 1 ? w : b == 2 ? w * w : w * w * w;
  assign s = a * a;
endmodule
// ---- candidate
module c(input signed [3:0] a, input [1:0] b, output signed [11:0] y, output signed [7:0] s);
  assign y = a ** b;
  assign s = a ** 2;
endmodule
