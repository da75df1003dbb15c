//! screen pass
//! syntax pass
//! elaborate pass warning WidthTruncate 6 warning PortWidthExpand 7
//! synth pass
module m(input [7:0] a, output [3:0] y, output z);
  assign y = a;
  sub s(.p(a[1:0]), .q(z));
endmodule
module sub(input [3:0] p, output q);
  assign q = ^p;
endmodule
