// attacks: memory: dimensions whose product overflows
module m(output y);
  logic [65535:0][65535:0][65535:0][65535:0] v;
  assign y = v[0][0][0][0];
endmodule
