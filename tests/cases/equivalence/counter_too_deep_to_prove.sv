// expect: bounded
// note: never called equivalent; whether it differs is beyond the limits
// options: limit_s=3
// ---- reference
module r(input clk, input rst, output y);
  reg [23:0] n;
  always @(posedge clk) if (rst) n <= 0; else n <= n + 1;
  assign y = n == 24'hffffff;
endmodule
// ---- candidate
module c(input clk, input rst, output y);
  reg [23:0] n;
  always @(posedge clk) if (rst) n <= 24'h5; else n <= n + 24'h7;
  assign y = n == 24'hfffffd;
endmodule
