// expect: equivalent
// ---- reference
module inv(input a, output y);
  assign y = ~a;
endmodule
module r(input a, output y);
  inv u(.a(a), .y(y));
endmodule
// ---- candidate
module inv(input a, output y);
  assign y = a;
endmodule
module c(input a, output y);
  inv u(.a(~a), .y(y));
endmodule
