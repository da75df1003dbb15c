// expect: different
// confirmed: true
// ---- reference
module r(input [1:0] a, input [1:0] b, output y);
  assign y = a && b;
endmodule
// ---- candidate
module c(input [1:0] a, input [1:0] b, output y);
  assign y = a &/* not one token */& b;
endmodule
