// expect: unsupported
// says: delay
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  assign #0 y = a;
endmodule
