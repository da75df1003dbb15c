// expect: different or unsupported
// note: the wire is the input itself, so a proof would give both designs an x for it
// ---- reference
module r(input [1:0] x, input k, output y);
  assign y = x[0] ^ x[1] ^ k;
endmodule
// ---- candidate
module c(input [1:0] x, input k, output y);
  wire e = x[0];
  assign e = 1'bz;
  assign y = x[1] ^ e ^ k;
endmodule
