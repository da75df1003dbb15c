// attacks: memory: a memory of a million million words
module m(input [39:0] a, input [63:0] d, input c, output [63:0] y);
  reg [63:0] mem [0:1099511627775];
  always @(posedge c) mem[a] <= d;
  assign y = mem[a];
endmodule
