//! screen pass
//! syntax pass
//! elaborate pass warning MissingTimeScale 5
//! synth pass
module a(input x, output y);
  assign y = ~x;
endmodule
`timescale 1ns/1ps
module b(input x, output y);
  a u(x, y);
endmodule
