// expect: unsupported or different
// ---- reference
module r(input a, inout p, output y);
  assign y = p & a;
endmodule
// ---- candidate
module c(input a, inout p, output y);
  assign p = a & p;
  assign y = ~(~p | ~a);
endmodule
