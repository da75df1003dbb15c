// expect: unsupported
// says: defines none of its outputs
// ---- reference
module m(input a, output y, output z);
endmodule
// ---- candidate
module m(input a, output y, output z);
  assign y = a;
  assign z = ~a;
endmodule
