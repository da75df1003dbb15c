//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 5
//! synth skipped
module m(input a, input b, output y);
  assign y = a;
  assign y = b;
endmodule
