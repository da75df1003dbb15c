// attacks: elaboration: a generate loop that does not move
module m(input a, output y);
  genvar i;
  generate for (i = 0; i < 10; i = i * 1) begin : g
    wire w;
  end endgenerate
  assign y = a;
endmodule
