// attacks: constants: division and remainder at the edges
module m(output [63:0] y);
  localparam A = 1 / 0;
  localparam B = 1 % 0;
  localparam signed [31:0] C = 32'sh80000000 / -1;
  localparam D = 0 ** -1;
  localparam E = 1 << 64'hffffffffffffffff;
  assign y = A + B + C + D + E;
endmodule
