// expect: equivalent
// clocking: cycle
// ---- reference
module ref_dff(input clk, input d, output reg q);
  always @(posedge clk) q <= d;
endmodule
// ---- candidate
module c(input clk, input d, output q);
  reg n;
  assign q = ~n;
  always @(posedge clk) n <= ~d;
endmodule
