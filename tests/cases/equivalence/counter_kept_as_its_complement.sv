// expect: equivalent
// ---- reference
module r(input clk, input rst, output [15:0] n);
  reg [15:0] c;
  always @(posedge clk) if (rst) c <= 0; else c <= c + 1;
  assign n = c;
endmodule
// ---- candidate
module c(input clk, input rst, output [15:0] n);
  reg [15:0] c;
  always @(posedge clk) if (rst) c <= 16'hffff; else c <= c - 1;
  assign n = ~c;
endmodule
