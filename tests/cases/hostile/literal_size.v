// attacks: the lexer: literals with sizes that cannot be
module m(output [7:0] y);
  assign y = 4294967295'h0 + 99999999999999999999'd1 + 0'b1 + 16777217'bx;
endmodule
