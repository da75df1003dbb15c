// attacks: a screen that looks at string arguments: the name comes in by a parameter
module m #(parameter FILE = "@SECRET@") (input [3:0] a, output [7:0] y);
  reg [7:0] mem [0:15];
  initial begin : load
    if (FILE != "") $readmemh(FILE, mem);
  end
  assign y = mem[a];
endmodule
