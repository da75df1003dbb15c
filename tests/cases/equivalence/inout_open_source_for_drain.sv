// expect: unsupported or different
// ---- reference
module r(input a, inout p, output y);
  assign p = a ? 1'b0 : 1'bz;
  assign y = ~p;
endmodule
// ---- candidate
module c(input a, inout p, output y);
  bufif1 (p, 1'b1, a);
  assign y = !p;
endmodule
