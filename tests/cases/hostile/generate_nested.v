// attacks: elaboration: nested loops that multiply to ten thousand million
module m(input a, output y);
  genvar i, j, k;
  generate for (i = 0; i < 2000; i = i + 1) begin : g
    for (j = 0; j < 2000; j = j + 1) begin : h
      for (k = 0; k < 2000; k = k + 1) begin : l
        wire w;
      end
    end
  end endgenerate
  assign y = a;
endmodule
