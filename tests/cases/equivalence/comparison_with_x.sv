// expect: unsupported
// says: x-compare
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output q);
  reg n;
  always @(posedge clk) n <= d;
  assign q = (n === 1'bx) ? 1'b0 : n;
endmodule
