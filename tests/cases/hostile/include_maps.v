// attacks: addresses for a later exploit
`include "/proc/self/maps"
module m(input a, output y); assign y = a; endmodule
