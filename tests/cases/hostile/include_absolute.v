// attacks: host files, by include
`include "@SECRET@"
module m(input a, output y); assign y = a; endmodule
