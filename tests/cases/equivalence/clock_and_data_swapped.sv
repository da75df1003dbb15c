// expect: different
// clocking: moment
// confirmed: true
// note: each side is simulated with its own idea of what is a clock
// ---- reference
module r(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  always @(posedge d) q <= clk;
endmodule
