//! screen pass
//! syntax pass
//! elaborate fail error UndeclaredIdentifier 7
//! synth skipped
`line 700 "/etc/passwd" 0
module m(input d, output q);
  assign q = d & nothing;
endmodule
