// expect: different
// clocking: moment
// ---- reference
module r(input en, input d, output reg q);
  always @* if (en) q = d;
endmodule
// ---- candidate
module c(input en, input d, output reg q);
  always @(posedge en) q <= d;
endmodule
