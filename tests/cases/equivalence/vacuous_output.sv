// expect: different
// semantics: zero-initialised
// vacuous: q
// note: q is x for ever, so a proof with x says nothing about it
// ---- reference
module r(input clk, input t, output reg q, output p);
  assign p = t;
  always @(posedge clk) q <= q ^ t;
endmodule
// ---- candidate
module c(input clk, input t, output reg q, output p);
  assign p = t;
  always @(posedge clk) q <= q & t;
endmodule
