//! screen pass
//! syntax pass
//! elaborate pass warning UsedBeforeDeclared 5 warning UsedBeforeDeclared 5
//! synth pass
module m(input [W-1:0] a, output [W-1:0] y);
  parameter W = 4;
  assign y = ~a;
endmodule
