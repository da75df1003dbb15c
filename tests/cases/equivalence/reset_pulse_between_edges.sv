// expect: equivalent
// ---- reference
module r(input clk, input rst, input d, output reg q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= d;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output q);
  reg n;
  always @(posedge clk or posedge rst) if (rst) n <= 1; else n <= ~d;
  assign q = ~n;
endmodule
