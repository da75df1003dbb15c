// attacks: elaboration: an array of a thousand million instances
module s(input a); endmodule
module m(input a, output y);
  s u [0:999999999] (a);
  s v [0:65534][0:65534] (a);
  assign y = a;
endmodule
