// attacks: the place of the tool's folder
module m(input a, output y);
  initial $display("%s %0d %m", `__FILE__, `__LINE__);
  $info(`__FILE__);
  assign y = a;
endmodule
