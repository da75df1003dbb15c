//! screen pass
//! syntax pass
//! elaborate pass
//! synth pass
module ram(input ca, input cb, input [3:0] a, input [3:0] b, input [7:0] da, input [7:0] db, output [7:0] q);
  reg [7:0] mem [0:15];
  always @(posedge ca) mem[a] <= da;
  always @(posedge cb) mem[b] <= db;
  assign q = mem[a];
endmodule
