//! screen pass
//! syntax pass
//! elaborate pass warning WidthTruncate 6
//! synth pass
module m #(parameter N = 10) (input signed [7:0] a, output [$clog2(N)-1:0] y);
  assign y = $unsigned(a) >> 2;
endmodule
