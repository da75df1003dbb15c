// expect: different
// confirmed: true
// ---- reference
module r(input clk, input rst, output [15:0] q);
  reg [15:0] s;
  always @(posedge clk) if (rst) s <= 1; else s <= {s[14:0], s[15] ^ s[14] ^ s[12] ^ s[3]};
  assign q = s;
endmodule
// ---- candidate
module c(input clk, input rst, output [15:0] q);
  reg [15:0] s;
  always @(posedge clk) if (rst) s <= 1; else s <= {s[14:0], s[15] ^ s[13] ^ s[12] ^ s[3]};
  assign q = s;
endmodule
