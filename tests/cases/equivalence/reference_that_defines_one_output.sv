// expect: equivalent
// vacuous: y
// ---- reference
module part(input a, output y);
endmodule
module m(input a, output y, output z);
  part p(a, y);
  assign z = a;
endmodule
// ---- candidate
module m(input a, output y, output z);
  assign {y, z} = {a, a};
endmodule
