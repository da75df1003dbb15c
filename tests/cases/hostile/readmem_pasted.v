// attacks: an allowlist of system tasks: the name is pasted together
`define CAT(a, b) a``b
module m(input [3:0] a, output [7:0] y);
  reg [7:0] mem [0:15];
  initial `CAT($read, memh)("@SECRET@", mem);
  assign y = mem[a];
endmodule
