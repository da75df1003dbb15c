// expect: different or unsupported
// confirmed: true
// note: beyond a proof; where there is a simulator, that shows the difference
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  assign y = a;
  assign y = b;
endmodule
