// expect: equivalent
// ---- reference
module rom(input clk, input [3:0] a, output reg [7:0] q);
  parameter FILE = "a.hex";
  reg [7:0] words [0:15];
  initial if (FILE != "") $readmemh(FILE, words);
  always @(posedge clk) q <= words[a];
endmodule
// ---- candidate
module rom(input clk, input [3:0] a, output [7:0] q);
  reg [7:0] table_of [0:15], low;
  initial begin
    $readmemh("a.hex", table_of);
  end
  always @(posedge clk) low <= ~table_of[a];
  assign q = ~low;
endmodule
