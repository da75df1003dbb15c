//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module rom(input [3:0] a, output [7:0] d);
  reg [7:0] mem [0:15];
  initial $readmemh("rom.hex", mem);
  assign d = mem[a];
endmodule
