// expect: unsupported
// says: several top modules
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module one(input a, output y);
  assign y = a;
endmodule
module two(input a, output y);
  assign y = ~a;
endmodule
