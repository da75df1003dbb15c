// attacks: a testbench: writes its counters
module m(input a, output y);
  initial forever #1 tb.errors = 0;
  initial $root.tb.stats1.errors = 0;
  assign y = a;
endmodule
