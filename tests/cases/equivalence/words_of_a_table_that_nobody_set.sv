// expect: equivalent or unconfirmed
// options: limit_s=4
// ---- reference
module m(input clk, input [5:0] a, input [31:0] x, y, output reg [63:0] q);
  reg [6:0] table_ [0:63];
  initial begin
    table_[1] = 7'h30;
    table_[2] = 7'h6d;
  end
  always @(posedge clk) q <= {x * y, 25'b0, table_[a]};
endmodule
// ---- candidate
module m(input clk, input [5:0] a, input [31:0] x, y, output reg [63:0] q);
  always @(posedge clk) q <= {y * x, 25'b0, a == 1 ? 7'h30 : a == 2 ? 7'h6d : 7'h7f};
endmodule
