// expect: equivalent
// ---- reference
module m(input clk, input [3:0] d, output [3:0] q);
  part #(.WIDE(4)) u(.clk(clk), .d(d), .q(q), .full(), .clear());
endmodule
// ---- candidate
module m(input clk, input [3:0] d, output [3:0] q);
  wire [3:0] inner;
  part u(.q(inner), .clk(clk), .d(d));
  defparam u.WIDE = 4;
  assign q = inner;
endmodule
