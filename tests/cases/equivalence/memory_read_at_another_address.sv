// expect: different
// confirmed: true
// output: q
// ---- reference
module r(input clk, input we, input [1:0] a, input [3:0] d, output [3:0] q);
  reg [3:0] m [0:3];
  always @(posedge clk) if (we) m[a] <= d;
  assign q = m[a];
endmodule
// ---- candidate
module c(input clk, input we, input [1:0] a, input [3:0] d, output [3:0] q);
  reg [3:0] m [0:3];
  always @(posedge clk) if (we) m[a] <= d;
  assign q = m[a ^ 2'd2];
endmodule
