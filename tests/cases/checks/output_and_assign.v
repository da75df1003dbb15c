//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 6 warning OutputPortCoercion 7
//! synth skipped
module m(input a, output y);
  wire w;
  inv i(.a(a), .y(w));
  assign w = a;
  assign y = w;
endmodule

module inv(input a, output y);
  assign y = ~a;
endmodule
