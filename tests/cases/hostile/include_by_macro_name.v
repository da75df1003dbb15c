// attacks: the check of an include's name: it is a macro
`define F "@SECRET@"
`include `F
module m(input a, output y); assign y = a; endmodule
