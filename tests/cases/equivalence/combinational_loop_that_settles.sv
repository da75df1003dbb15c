// expect: unsupported
// says: combinational loop
// note: simulated it does the same, but that is no proof
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  wire w;
  assign w = a & (w | a);
  assign y = w;
endmodule
