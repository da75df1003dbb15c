// expect: equivalent
// vacuous: y[1]
// ---- reference
module r(input a, output [1:0] y);
  assign y[0] = a;
endmodule
// ---- candidate
module c(input a, output [1:0] y);
  assign y = {1'b0, a};
endmodule
