// expect: equivalent
// semantics: zero-initialised
// vacuous: q
// ---- reference
module r(input clk, input t, output reg q);
  always @(posedge clk) q <= q ^ t;
endmodule
// ---- candidate
module c(input clk, input t, output reg q);
  always @(posedge clk) if (t) q <= ~q;
endmodule
