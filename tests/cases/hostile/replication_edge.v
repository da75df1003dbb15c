// attacks: the parser: replications of nothing and of less
module m(input a, output [3:0] y);
  assign y = {{0{a}}, {-1{a}}, {1'bx{a}}, {2.5{a}}};
endmodule
