// expect: different
// confirmed: true
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
endmodule
