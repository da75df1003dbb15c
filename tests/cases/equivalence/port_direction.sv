// expect: ports-differ
// says: port b is an output, it should be an input
// ---- reference
module r(input a, input b, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output b, output y);
  assign y = a;
  assign b = a;
endmodule
