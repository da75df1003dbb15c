//! screen pass
//! syntax pass
//! elaborate pass warning UnconnectedInputPort 6
//! synth pass warning undriven 0
module m(input a, output y);
  sub s(.a(a), .y(y));
endmodule
module sub(input a, input b, output y);
  assign y = a & b;
endmodule
