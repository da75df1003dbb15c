// attacks: recursion: the text includes itself under its name in the box
`include "design.sv"
`include "./design.sv"
module m(input a, output y); assign y = a; endmodule
