// attacks: the preprocessor: takes the tool's own macros away
`undefineall
`undef __FILE__
`define module endmodule
`define define define
`resetall
module m(input a, output y); assign y = a; endmodule
