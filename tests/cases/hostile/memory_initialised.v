// attacks: memory and time: sixteen million words set one by one
module m(input [23:0] a, output [31:0] y);
  reg [31:0] mem [0:16777215];
  integer i;
  initial for (i = 0; i < 16777216; i = i + 1) mem[i] = i;
  assign y = mem[a];
endmodule
