// expect: different or unsupported
// confirmed: true
// note: beyond a proof; where there is a simulator, that shows the difference
// ---- reference
module r(input a, input en, output y);
  assign y = en ? a : 1'b0;
endmodule
// ---- candidate
module c(input a, input en, output y);
  bufif1 (y, a, en);
endmodule
