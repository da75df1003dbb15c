// expect: equivalent
// ---- reference
module r(input clk, input rst, input d, output y);
  reg [1:0] s;
  always @(posedge clk) if (rst) s <= 0; else s <= {s[0], d};
  assign y = s == 2 ? 1'b1 : 1'b0;
endmodule
// ---- candidate
module c(input clk, input rst, input d, output reg y);
  reg [1:0] n;
  always @(posedge clk) if (rst) n <= 3; else n <= ~{~n[0], d};
  always @* if (n == 1) y = 1; else y = 0;
endmodule
