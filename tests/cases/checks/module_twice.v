//! screen pass
//! syntax pass
//! elaborate fail error DuplicateDefinition 8
//! synth skipped
module m(input a, output y);
  assign y = a;
endmodule
module m(input a, output y);
  assign y = ~a;
endmodule
