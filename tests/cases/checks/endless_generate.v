//! screen pass
//! syntax pass
//! elaborate fail error MaxGenerateStepsExceeded 7
//! synth skipped
module m(input a, output y);
  genvar i;
  generate for (i = 0; i < 1000000; i = i + 1) begin : g
    wire w = a;
  end endgenerate
  assign y = a;
endmodule
