// attacks: the preprocessor: macros that use each other
`define A(x) `B(x x)
`define B(x) `A(x x)
`A(1)
module m(input a, output y); assign y = a; endmodule
