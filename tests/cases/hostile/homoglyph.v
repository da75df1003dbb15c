// attacks: a reader: names that look alike
module m(input a, output y);
  wire а = 1;
  assign y = а;
endmodule
