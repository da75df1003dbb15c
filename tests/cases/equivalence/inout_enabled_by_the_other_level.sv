// expect: unsupported or different
// ---- reference
module r(input c, input [1:0] en, input [3:0] a, inout [3:0] p, output reg [3:0] y);
  reg [3:0] o;
  reg e;
  always @(posedge c) begin o<=a; e<=en[0]; y<=p; end
  assign p = e ? o : 4'hz;
endmodule
// ---- candidate
module c(input c, input [1:0] en, input [3:0] a, inout [3:0] p, output reg [3:0] y);
  reg [3:0] o;
  reg e;
  always @(posedge c) begin o<=a; e<=~en[0]; y<=p; end
  assign p = e ? o : 4'hz;
endmodule
