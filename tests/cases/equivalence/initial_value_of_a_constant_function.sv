// expect: equivalent
// ---- reference
module r(input clk, output reg [3:0] q);
  initial q = 4'd6;
  always @(posedge clk) q <= q + 1;
endmodule
// ---- candidate
module c(input clk, output reg [3:0] q);
  function [3:0] twice(input [3:0] n); twice = n << 1; endfunction
  localparam S = twice(3);
  initial q = S;
  always @(posedge clk) q <= q + 1;
endmodule
