// expect: different
// ---- reference
module r(output y);
  assign y = 1;
endmodule
// ---- candidate
module c(output reg y);
  always @* y = 1;
endmodule
