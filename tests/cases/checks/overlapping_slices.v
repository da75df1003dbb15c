//! screen pass
//! syntax pass
//! elaborate fail error MultipleDrivers 5
//! synth skipped
module m(input [3:0] a, output [3:0] y);
  assign y[2:0] = a[2:0];
  assign y[3:2] = a[3:2];
endmodule
