// attacks: the preprocessor: a macro that uses itself
`define A `A `A
`A
module m(input a, output y); assign y = a; endmodule
