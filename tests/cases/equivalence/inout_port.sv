// expect: equivalent
// says: inout ports
// ---- reference
module r(inout a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(inout a, output y);
  assign y = a;
endmodule
