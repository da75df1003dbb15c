// attacks: secrets in the environment
`include "/proc/self/environ"
`include "/proc/self/cmdline"
`include "/proc/1/environ"
module m(input a, output y); assign y = a; endmodule
