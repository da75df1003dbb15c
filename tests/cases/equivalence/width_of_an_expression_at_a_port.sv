// expect: unconfirmed
// ---- reference
module r(input a, input b, output [1:0] y);
  assign y = {1'b0, a ^ b};
endmodule
// ---- candidate
module wide(input [1:0] i, output [1:0] o);
  assign o = i;
endmodule
module c(input a, input b, output [1:0] y);
  wide w(.i(a + b), .o(y));
endmodule
