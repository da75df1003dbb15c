//! screen fail error foreign-code 5
//! syntax skipped
//! elaborate skipped
//! synth skipped
import "DPI-C" function int system(string command);
module m(output y);
  assign y = system("id");
endmodule
