// expect: different
// ---- reference
module r(input clk, input we, input [15:0] a, input [7:0] d, output [7:0] q);
  reg [7:0] m [0:65535];
  always @(posedge clk) if (we) m[a] <= d;
  assign q = m[a];
endmodule
// ---- candidate
module c(input clk, input we, input [15:0] a, input [7:0] d, output [7:0] q);
  assign q = 0;
endmodule
