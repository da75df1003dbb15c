// attacks: memory: a vector of two thousand million bits
module m(input [2147483646:0] a, output [2147483646:0] y);
  assign y = a + 1;
endmodule
