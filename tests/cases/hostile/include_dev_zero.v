// attacks: memory: an endless file
`include "/dev/zero"
module m(input a, output y); assign y = a; endmodule
