// expect: equivalent
// engine: the same text
// ---- reference
module m(input clk, input a, input b, output reg q);
  always @(posedge clk) q <= a;
  always @(negedge clk) q <= b;
endmodule
// ---- candidate
// in other words
module m(input clk, input a, input b, output reg q);
  always @(posedge clk) q <= a;
  always @(negedge clk) q <= b;
endmodule
