// expect: different or unsupported
// confirmed: true
// note: beyond a proof; where there is a simulator, that shows the difference
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  wire w;
  assign w = w ^ a;
  assign y = w;
endmodule
