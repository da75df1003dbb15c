// attacks: a textual search for include: a macro writes the directive
`define M(x) `x
`M(include) "@SECRET@"
module m(input a, output y); assign y = a; endmodule
