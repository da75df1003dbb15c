// expect: different
// engine: iprove
// confirmed: true
// ---- reference
module r(input [31:0] a, input [31:0] b, output [31:0] y);
  assign y = a + b;
endmodule
// ---- candidate
module c(input [31:0] a, input [31:0] b, output [31:0] y);
  assign y = (a + b) ^ (a == 32'h12345678 && b == 32'h9abcdef0);
endmodule
