// expect: different
// ---- reference
module r(input k, output n);
  assign n = !k;
endmodule
// ---- candidate
module part(input k, output reg n = ~k);
endmodule
module c(input k, output n);
  part p(k, n);
endmodule
