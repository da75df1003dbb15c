// attacks: processes: a C function
import "DPI-C" function int system(input string command);
module m(output reg y);
  initial y = system("touch @TARGET@");
endmodule
