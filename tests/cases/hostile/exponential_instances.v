// attacks: elaboration: thirty levels of two instances each
module l0(input a, output y);
  wire b;
  l1 p(a, b);
  l1 q(b, y);
endmodule
module l1(input a, output y);
  wire b;
  l2 p(a, b);
  l2 q(b, y);
endmodule
module l2(input a, output y);
  wire b;
  l3 p(a, b);
  l3 q(b, y);
endmodule
module l3(input a, output y);
  wire b;
  l4 p(a, b);
  l4 q(b, y);
endmodule
module l4(input a, output y);
  wire b;
  l5 p(a, b);
  l5 q(b, y);
endmodule
module l5(input a, output y);
  wire b;
  l6 p(a, b);
  l6 q(b, y);
endmodule
module l6(input a, output y);
  wire b;
  l7 p(a, b);
  l7 q(b, y);
endmodule
module l7(input a, output y);
  wire b;
  l8 p(a, b);
  l8 q(b, y);
endmodule
module l8(input a, output y);
  wire b;
  l9 p(a, b);
  l9 q(b, y);
endmodule
module l9(input a, output y);
  wire b;
  l10 p(a, b);
  l10 q(b, y);
endmodule
module l10(input a, output y);
  wire b;
  l11 p(a, b);
  l11 q(b, y);
endmodule
module l11(input a, output y);
  wire b;
  l12 p(a, b);
  l12 q(b, y);
endmodule
module l12(input a, output y);
  wire b;
  l13 p(a, b);
  l13 q(b, y);
endmodule
module l13(input a, output y);
  wire b;
  l14 p(a, b);
  l14 q(b, y);
endmodule
module l14(input a, output y);
  wire b;
  l15 p(a, b);
  l15 q(b, y);
endmodule
module l15(input a, output y);
  wire b;
  l16 p(a, b);
  l16 q(b, y);
endmodule
module l16(input a, output y);
  wire b;
  l17 p(a, b);
  l17 q(b, y);
endmodule
module l17(input a, output y);
  wire b;
  l18 p(a, b);
  l18 q(b, y);
endmodule
module l18(input a, output y);
  wire b;
  l19 p(a, b);
  l19 q(b, y);
endmodule
module l19(input a, output y);
  wire b;
  l20 p(a, b);
  l20 q(b, y);
endmodule
module l20(input a, output y);
  wire b;
  l21 p(a, b);
  l21 q(b, y);
endmodule
module l21(input a, output y);
  wire b;
  l22 p(a, b);
  l22 q(b, y);
endmodule
module l22(input a, output y);
  wire b;
  l23 p(a, b);
  l23 q(b, y);
endmodule
module l23(input a, output y);
  wire b;
  l24 p(a, b);
  l24 q(b, y);
endmodule
module l24(input a, output y);
  wire b;
  l25 p(a, b);
  l25 q(b, y);
endmodule
module l25(input a, output y);
  wire b;
  l26 p(a, b);
  l26 q(b, y);
endmodule
module l26(input a, output y);
  wire b;
  l27 p(a, b);
  l27 q(b, y);
endmodule
module l27(input a, output y);
  wire b;
  l28 p(a, b);
  l28 q(b, y);
endmodule
module l28(input a, output y);
  wire b;
  l29 p(a, b);
  l29 q(b, y);
endmodule
module l29(input a, output y);
  wire b;
  l30 p(a, b);
  l30 q(b, y);
endmodule
module l30(input a, output y); assign y = ~a; endmodule
