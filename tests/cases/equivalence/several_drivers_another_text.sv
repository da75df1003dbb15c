// expect: unsupported
// ---- reference
module m(input clk, input a, input b, output reg q);
  always @(posedge clk) q <= a;
  always @(negedge clk) q <= b;
endmodule
// ---- candidate
module m(input clk, input a, input b, output reg q);
  always @(posedge clk) q <= a;
  always @(negedge clk) q <= a;
endmodule
