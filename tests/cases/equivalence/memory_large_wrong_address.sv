// expect: different
// confirmed: yes
// ---- reference
module m(input clk, input rst, input we, input [9:0] a, input [7:0] d, output [7:0] q, output reg [9:0] n);
  reg [7:0] words [0:1023];
  always @(posedge clk) begin
    if (we) words[a] <= d;
    n <= rst ? 10'd0 : n + we;
  end
  assign q = words[a];
endmodule
// ---- candidate
module m(input clk, input rst, input we, input [9:0] a, input [7:0] d, output [7:0] q, output reg [9:0] n);
  reg [7:0] words [0:1023];
  always @(posedge clk) begin
    if (we) words[a] <= d;
    n <= rst ? 10'd0 : n + we;
  end
  assign q = words[a ^ (n[3] & ~n[2])];
endmodule
