// expect: unsupported or equivalent
// ---- reference
module r(input [1:0] a, output reg y);
  always @* if (a[0]) y = 0; else y = 0;
endmodule
// ---- candidate
module c(input [1:0] a, output reg y);
  always @* if (a == 2'b1x) y = 1; else y = 0;
endmodule
