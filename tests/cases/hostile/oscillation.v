// attacks: simulation: a loop without delay
module m(input a, output y);
  wire w;
  assign #0 w = ~w;
  assign y = w ^ a;
  always #0 if (y) ;
endmodule
