//! screen fail error system-task 8
//! syntax skipped
//! elaborate skipped
//! synth skipped
//! testbench
module rom(input [3:0] a, output [7:0] d);
  reg [7:0] mem [0:15];
  initial $readmemb("rom.bin", mem);
  assign d = mem[a];
endmodule
