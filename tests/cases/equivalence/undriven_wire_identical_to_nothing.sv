// expect: unconfirmed or different
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  wire loose;
  assign y = (loose === 1'b0) ? ~a : a;
endmodule
