// attacks: elaboration: a module inside itself
module top(input a, output y); m u(a, y); endmodule
module m(input a, output y);
  m u(a, y);
endmodule
