// expect: unsupported
// ---- reference
module rom(input clk, input [3:0] a, output reg [7:0] q);
  reg [7:0] words [0:15];
  initial $readmemh("a.hex", words);
  always @(posedge clk) q <= words[a];
endmodule
// ---- candidate
module rom(input clk, input [3:0] a, output reg [7:0] q);
  reg [7:0] words [0:15];
  generate if (0) initial $readmemh("a.hex", words); endgenerate
  always @(posedge clk) q <= words[a];
endmodule
