// expect: unsupported or different
// says: x-compare
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output y);
  wire u;
  wire odd = u === 1'bz;
  assign y = (a & b) ^ odd ^ 1'b1;
endmodule
