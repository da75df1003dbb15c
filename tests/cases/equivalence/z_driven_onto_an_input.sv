// expect: different or unsupported
// ---- reference
module r(input d, input ena, output q);
  assign q = d & ena;
endmodule
// ---- candidate
module low(inout w, output o);
  assign w = 1'bz;
  assign o = w;
endmodule
module c(input d, input ena, output q);
  wire o;
  low l(ena, o);
  assign q = (d & ena) ^ o;
endmodule
