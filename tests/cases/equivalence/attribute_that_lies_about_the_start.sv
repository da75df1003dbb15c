// expect: different
// note: simulators do not know this attribute, so it is not read
// ---- reference
module r(input clk, input t, output reg q);
  initial q = 0;
  always @(posedge clk) q <= q ^ t;
endmodule
// ---- candidate
module c(input clk, input t, output reg q);
  (* init = 1'b0 *) reg s;
  always @(posedge clk) s <= s ^ t;
  always @* q = s;
endmodule
