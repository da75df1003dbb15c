// expect: equivalent
// engine: the same netlist
// ---- reference
module m(input clk, input [7:0] a [3:0], input [1:0] s, output reg [7:0] q, output [7:0] b [0:1]);
  reg [7:0] last;
  always @(posedge clk) {q, last} <= {last, a[s]};
  assign b[0] = a[3];
  assign b[1] = a[0] ^ last;
endmodule
// ---- candidate
module other(input clk, input [7:0] a [3:0], input [1:0] s, output reg [7:0] q, output [7:0] b [0:1]);
  reg [7:0] kept;
  always @(posedge clk) {q, kept} <= {kept, a[s]};
  assign b[0] = a[3];
  assign b[1] = a[0] ^ kept;
endmodule
