// attacks: files named after modules
module \../../../../@TARGET@ (input a, output y);
  assign y = a;
endmodule
