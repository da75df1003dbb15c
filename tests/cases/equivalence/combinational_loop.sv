// expect: unsupported
// says: combinational loop
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  wire w;
  assign w = w ^ a;
  assign y = w;
endmodule
