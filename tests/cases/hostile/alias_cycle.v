// attacks: elaboration: nets that are each other
module m(inout a, inout b, output y);
  wire c, d;
  alias a = b = c;
  alias c = d = a;
  assign y = d;
  tran t0(a, c), t1(c, d), t2(d, a);
endmodule
