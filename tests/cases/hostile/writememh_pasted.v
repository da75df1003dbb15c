// attacks: an allowlist of system tasks: the name is pasted together
`define CAT(a, b) a``b
module m(output y);
  reg [7:0] mem [0:3];
  initial `CAT($write, memh)("@TARGET@", mem);
  assign y = 0;
endmodule
