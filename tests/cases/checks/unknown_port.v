//! screen pass
//! syntax pass
//! elaborate fail error PortDoesNotExist 6 warning UnconnectedInputPort 6
//! synth skipped
module m(input a, output y);
  inv i(.in(a), .y(y));
endmodule
module inv(input a, output y);
  assign y = ~a;
endmodule
