// expect: equivalent
// ---- reference
module r(input c, input we, oe, input [7:0] ad, inout [7:0] d);
  reg [7:0] mem [0:255];
  always @(posedge c) if (we) mem[ad] <= d;
  assign d = oe & !we ? mem[ad] : 8'hz;
endmodule
// ---- candidate
module c(input c, input we, oe, input [7:0] ad, inout [7:0] d);
  reg [7:0] mem [0:255];
  reg x;
  always @(posedge c) if (we == 1) mem[ad] <= d;
  wire [7:0] q = mem[ad];
  assign d = !(we | !oe) ? q : 8'bz;
endmodule
