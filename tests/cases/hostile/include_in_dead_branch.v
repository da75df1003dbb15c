// attacks: a screen that evaluates conditions
`ifdef NEVER
`include "@SECRET@"
`else
`include "@SECRET@"
`endif
module m(input a, output y); assign y = a; endmodule
