// expect: different
// clocking: moment
// confirmed: true
// note: class 2 of those that fool simpler flows: async2sync alone cannot see it
// ---- reference
module ref_dff(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output reg q);
  always @(negedge clk) q <= d;
endmodule
