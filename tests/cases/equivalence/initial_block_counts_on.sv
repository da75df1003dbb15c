// expect: equivalent
// ---- reference
module r(input clk, output [3:0] q);
  reg [3:0] v = 3;
  always @(posedge clk) v <= v + 1;
  assign q = v;
endmodule
// ---- candidate
module c(input clk, output [3:0] q);
  integer i = 1;
  initial i = i + 2;
  always @(posedge clk) i <= i + 1;
  assign q = i;
endmodule
