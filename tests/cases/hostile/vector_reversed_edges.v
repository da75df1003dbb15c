// attacks: the parser: bounds at the edges of an integer
module m(input [-2147483648:2147483647] a, output [2147483647:-2147483648] y);
  assign y[2147483647] = a[-2147483648];
endmodule
