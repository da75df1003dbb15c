// attacks: synthesis: a shifter of a million bits
module m(input [1048575:0] a, input [31:0] s, output [1048575:0] y);
  assign y = (a << s) | (a >>> s) | a[s +: 65536];
endmodule
