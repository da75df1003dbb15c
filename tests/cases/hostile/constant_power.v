// attacks: constants: two to the power of two thousand million
module m(output y);
  localparam [1048575:0] L = 7 ** 2147483647;
  localparam P = 2 ** (2 ** 31);
  assign y = ^L ^ P[0];
endmodule
