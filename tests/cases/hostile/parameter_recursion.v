// attacks: elaboration: an instance two to the thirtieth deep
module m #(parameter N = 1 << 30) (input a, output y);
  generate if (N > 0) m #(N - 1) d(a, y); else assign y = a; endgenerate
endmodule
module top(input a, output y); m u(a, y); endmodule
