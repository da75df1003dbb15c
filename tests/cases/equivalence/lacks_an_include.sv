// expect: unsupported
// says: it does not compile: widths.vh is not in the text
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
`include "some/where/widths.vh"
module c(input a, output y);
  assign y = a & `MASK;
endmodule
