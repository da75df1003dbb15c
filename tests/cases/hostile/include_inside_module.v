// attacks: host files, from within a module
module m(input a, output y);
`include "@SECRET@"
  assign y = a;
endmodule
