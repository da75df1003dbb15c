// expect: unsupported
// ---- reference
module rom(input clk, input [3:0] a, output reg [7:0] q);
  parameter FILE = "a.hex";
  reg [7:0] words [0:15];
  initial if (FILE != "") $readmemh(FILE, words);
  always @(posedge clk) q <= words[a];
endmodule
// ---- candidate
module rom(input clk, input [3:0] a, output reg [7:0] q);
  reg [7:0] words [0:15];
  initial $readmemh("b.hex", words);
  always @(posedge clk) q <= words[a];
endmodule
