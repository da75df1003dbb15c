// expect: equivalent
// ---- reference
module r(inout a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(inout a, output y);
  assign y = a;
endmodule
