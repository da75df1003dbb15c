//! screen pass
//! syntax pass
//! elaborate pass warning OutputPortCoercion 10 warning OutputPortCoercion 11
//! synth pass
module driver(input [1:0] d, input oe, output [1:0] q);
  assign q = oe ? d : 2'bz;
endmodule
module m(input [1:0] a, b, c, input [1:0] s, output [1:0] y);
  wire [1:0] bus;
  driver u0(a, s == 2'd0, bus);
  driver u1(b, s == 2'd1, bus);
  assign bus = s[1] ? c : 2'bz;
  assign y = bus;
endmodule
