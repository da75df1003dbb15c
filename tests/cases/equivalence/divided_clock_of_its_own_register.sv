// expect: equivalent
// clocking: moment
// ---- reference
module r(input clk, input rst, output reg [1:0] q);
  always @(posedge clk or posedge rst) if (rst) q <= 0; else q <= q + 1;
endmodule
// ---- candidate
module c(input clk, input rst, output [1:0] q);
  reg low, high;
  always @(posedge clk or posedge rst) if (rst) low <= 0; else low <= ~low;
  always @(negedge low or posedge rst) if (rst) high <= 0; else high <= ~high;
  assign q = {high, low};
endmodule
