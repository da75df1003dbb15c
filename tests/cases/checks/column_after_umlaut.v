//! screen pass
//! syntax pass
//! elaborate fail error UndeclaredIdentifier 6
//! synth skipped
module m(input d, output q);
  assign q = /* ü→ü */ d & nothing;
endmodule
