// expect: equivalent
// ---- reference
module r(input clk, input rst, input d, output reg q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= d;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output q);
  reg s, hold;
  always @(posedge clk) s <= d;
  always @(posedge clk or posedge rst) if (rst) hold <= 1; else hold <= 0;
  assign q = s & ~hold & ~rst;
endmodule
