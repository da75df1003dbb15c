// expect: unsupported or different
// says: conditional
// ---- reference
module r(input a, input b, output y);
  assign y = a & b;
endmodule
// ---- candidate
module c(input a, input b, output logic y);
  generate if (`__LINE__ > 100) begin assign y = a | b; end else begin assign y = a & b; end endgenerate
endmodule
