// attacks: the log: prints without end
module m(input a, output y);
  initial forever $display("%s", {1000{"flood "}});
  assign y = a;
endmodule
