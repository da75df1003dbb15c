// attacks: simulation: time stands still
module m(input a, output reg y);
  initial forever y = ~y;
  always begin end
  always y = a;
endmodule
