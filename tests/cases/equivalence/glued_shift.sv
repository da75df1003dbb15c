// expect: different
// confirmed: true
// ---- reference
module r(input [3:0] a, output y);
  assign y = a >= 4'd2;
endmodule
// ---- candidate
module c(input [3:0] a, output y);
  assign y = a >/**/(4'd2 - 4'd1) ? a[0] : 1'b0;
endmodule
