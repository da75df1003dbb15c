// attacks: a hang: a file that never answers
`include "/dev/tty"
`include "/dev/stdin"
module m(input a, output y); assign y = a; endmodule
