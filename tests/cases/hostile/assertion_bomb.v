// attacks: analysis: a sequence with a million million threads
module m(input c, input a, input b, output y);
  assert property (@(posedge c) (a[*1:1000000] ##[1:1000000] b[*1:1000000]) [*1:1000000] |-> ##[0:$] a);
  assign y = a;
endmodule
