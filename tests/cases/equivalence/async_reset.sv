// expect: equivalent
// clocking: cycle
// ---- reference
module r(input clk, input rst_n, input d, output reg q);
  always @(posedge clk or negedge rst_n) if (!rst_n) q <= 0; else q <= d;
endmodule
// ---- candidate
module c(input clk, input rst_n, input d, output q);
  reg n;
  assign q = !n;
  always @(posedge clk or negedge rst_n) if (!rst_n) n <= 1; else n <= !d;
endmodule
