// expect: unsupported
// says: module nowhere is not in the text
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module c(input a, output y);
  nowhere u(.a(a), .y(y));
endmodule
