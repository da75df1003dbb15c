// expect: different
// ---- reference
module m(input a, output reg z);
  initial z = 1'b1;
endmodule
// ---- candidate
module m(input a, output z);
  assign z = 1'bx;
endmodule
