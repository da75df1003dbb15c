// expect: different
// ---- reference
module r(input clk, we, input [11:0] a, b, input [31:0] d, output reg [31:0] q);
  reg [31:0] m [0:4095];
  always @(posedge clk) begin
    if (we) m[a] <= d;
    q <= m[b];
  end
endmodule
// ---- candidate
module c(input clk, we, input [11:0] a, b, input [31:0] d, output reg [31:0] q);
  reg [31:0] m [0:4095];
  always @(negedge clk) begin
    if (we) m[a] <= d;
    q <= m[b];
  end
endmodule
