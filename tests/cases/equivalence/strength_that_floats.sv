// expect: different
// confirmed: true
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  and (strong0, highz1) g(y, a, b);
endmodule
