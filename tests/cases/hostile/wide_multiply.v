// attacks: synthesis: a multiplication of eight thousand bits
module m(input [8191:0] a, input [8191:0] b, output [16383:0] y);
  assign y = a * b / (a - b) % (a ** b);
endmodule
