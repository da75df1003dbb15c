// expect: equivalent
// ---- reference
module r(input en, input [1:0] a, output [1:0] y);
  assign y = en ? a : 2'bz;
endmodule
// ---- candidate
module c(input en, input [1:0] a, output [1:0] y);
  bufif1 x(y[0],a[0],en), z(y[1],a[1],en);
endmodule
