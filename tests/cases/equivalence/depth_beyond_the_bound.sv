// expect: different
// confirmed: true
// deep: 24
// note: class 1: a bounded search of 24 steps finds nothing
// ---- reference
module r(input clk, input rst, output y);
  reg [7:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign y = n == 8'd200;
endmodule
// ---- candidate
module c(input clk, input rst, output y);
  reg [7:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign y = n == 8'd201;
endmodule
