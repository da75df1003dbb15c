//! screen pass
//! syntax fail error system-task 0
//! elaborate skipped
//! synth skipped
`define CALL(a, b) a``b
module m(output reg [7:0] y);
  reg [7:0] mem [0:3];
  initial `CALL($write, memh)("/tmp/x", mem);
endmodule
