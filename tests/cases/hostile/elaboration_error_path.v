// attacks: the place of the tool's folder, in an error
module m(input a, output y);
  if (1) $fatal(0, `__FILE__);
  if (1) $error(`__FILE__);
  assign y = a;
endmodule
