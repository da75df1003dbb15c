// expect: different
// ---- reference
module r(input en, input d, output reg q);
  always @* if (en) q = d;
endmodule
// ---- candidate
module c(input en, input d, output reg q);
  always @* if (!en) q = d;
endmodule
