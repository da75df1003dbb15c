// expect: ports-differ
// says: input en (1 bit) is not in the reference
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, input en, output y);
  assign y = a & en;
endmodule
