// expect: unsupported or different
// ---- reference
module r(input c, input [1:0] en, input [3:0] a, inout [3:0] p, output reg [3:0] y);
  reg [3:0] o;
  always @* o = en[0] ? a : 4'hz;
  assign p = o;
  always @(posedge c) y <= p;
endmodule
// ---- candidate
module c(input c, input [1:0] en, input [3:0] a, inout [3:0] p, output reg [3:0] y);
  assign p = a;
  always @(posedge c) y <= p;
endmodule
