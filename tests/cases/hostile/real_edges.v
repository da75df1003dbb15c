// attacks: the lexer: real numbers at the edges
module m(output [63:0] y);
  localparam real A = 1e999999999;
  localparam real B = 1.0e-999999999;
  localparam real C = 0.0 / 0.0;
  assign y = $rtoi(A) + $rtoi(C) + $realtobits(B);
endmodule
