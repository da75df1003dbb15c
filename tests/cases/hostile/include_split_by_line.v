// attacks: a textual search: a line continuation inside a macro
`define I `include \
 "@SECRET@"
`I
module m(input a, output y); assign y = a; endmodule
