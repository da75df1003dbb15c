// expect: different or unconfirmed
// ---- reference
module r(input clk, input d, output reg q);
  reg p;
  always @(posedge clk) begin p <= d; q <= p; end
endmodule
// ---- candidate
module c(input clk, input d, output q);
  reg [1:0] mem;
  reg at;
  always @(posedge clk) begin at <= ~at; mem[at] <= d; end
  reg o;
  always @(posedge clk) o <= mem[~at];
  assign q = o;
endmodule
