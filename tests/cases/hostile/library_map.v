// attacks: host files, by library declarations
library work "/etc/*.conf", "@SECRET@";
config c;
  design work.m;
  default liblist work;
endconfig
module m(input a, output y); assign y = a; endmodule
