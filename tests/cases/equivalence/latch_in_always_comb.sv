// expect: equivalent
// ---- reference
module r(input en, input d, output logic q);
  always_comb if (en) q = d;
endmodule
// ---- candidate
module c(input en, input d, output logic q);
  always_latch if (en) q <= d;
endmodule
