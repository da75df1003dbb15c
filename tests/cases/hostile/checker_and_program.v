// attacks: rarely walked paths of the parser
program p(input a); initial $exit; final $display("end"); endprogram
checker k(a); assert property (@(posedge a) a); endchecker
module m(input a, output y);
  k u(a);
  p v(a);
  let f(x) = f(x);
  nettype real r with q;
  assign y = f(a);
endmodule
