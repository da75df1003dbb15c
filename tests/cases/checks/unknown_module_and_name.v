//! screen pass
//! syntax pass
//! elaborate fail error UnknownModule 7 error UndeclaredIdentifier 8
//! synth skipped
module m(input a, output y);
  wire w;
  fancy_cell u(.a(a), .y(w));
  always @* y = w & oops;
endmodule
