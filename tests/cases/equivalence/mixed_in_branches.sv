// expect: equivalent or unsupported
// ---- reference
module r(input clk, input rst, input d, output reg q);
  always @(posedge clk) if (rst) q <= 0; else q <= d;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output reg q);
  always @(posedge clk) if (rst) q = 0; else q <= d;
endmodule
