// expect: different or unsupported
// note: one process assigns with = what another reads at the same edge, under the names of two modports
// ---- reference
module r(input clk, input [3:0] d, output reg [3:0] q);
  reg [3:0] v;
  always @(posedge clk) begin
    v <= d;
    q <= v;
  end
endmodule
// ---- candidate
interface bus(input clk); logic [3:0] v; modport from(output v, input clk); modport to(input v, clk); endinterface
module writes(bus.from b, input [3:0] d); always @(posedge b.clk) b.v = d; endmodule
module reads(bus.to b, output reg [3:0] q); always @(posedge b.clk) q <= b.v; endmodule
module c(input clk, input [3:0] d, output [3:0] q); bus b(clk); writes w(b, d); reads s(b, q); endmodule
