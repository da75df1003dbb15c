// expect: ports-differ
// says: input a is 7 bits wide, it should be 8 bits
// ---- reference
module r(input [7:0] a, output [7:0] y);
  assign y = a;
endmodule
// ---- candidate
module c(input [6:0] a, output [7:0] y);
  assign y = a;
endmodule
