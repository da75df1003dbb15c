// expect: different or unsupported
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  wire e = a;
  assign e = 1'b1;
  assign y = e & b;
endmodule
