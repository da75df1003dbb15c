// expect: equivalent
// ---- reference
module r(input clk, input [7:0] a, b, output [8:0] y, output reg [7:0] s);
  wire [7:0] t, u;
  first #(.N(3)) one(.clk(clk), .x(a + b), .y(t));
  second two(.p(t), .q(u));
  assign y = t + u;
  always @(posedge clk) s <= u;
endmodule
// ---- candidate
module c(input clk, input [7:0] a, b, output [8:0] y, output reg [7:0] s);
  wire [7:0] t, u;
  first #(.N(3)) one(.clk(clk), .x(b + a), .y(t));
  second two(.p(t), .q(u));
  assign y = u + t;
  always @(posedge clk) s <= u;
endmodule
