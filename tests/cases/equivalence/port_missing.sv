// expect: ports-differ
// says: input b (1 bit) is missing
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, output y);
  assign y = a;
endmodule
