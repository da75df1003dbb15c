// attacks: host files: the bytes become the netlist
module m(input [3:0] a, output [7:0] y);
  reg [7:0] mem [0:15];
  initial $readmemb("@SECRET@", mem, 0, 15);
  assign y = mem[a];
endmodule
