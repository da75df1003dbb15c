// attacks: elaboration: a generate loop of two thousand million
module m(input a, output y);
  genvar i;
  generate for (i = 0; i < 2147483647; i = i + 1) begin : g
    wire w;
  end endgenerate
  assign y = a;
endmodule
