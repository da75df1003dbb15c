// expect: different
// confirmed: true
// ---- reference
module r(input clk, input rst, input d, output reg q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= d;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output q);
  reg s;
  always @(posedge clk) s <= rst ? 1'b0 : d;
  assign q = s & ~rst;
endmodule
