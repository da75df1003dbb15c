// expect: equivalent
// ---- reference
module r(input a, output y);
  assign y = a;
endmodule
// ---- candidate
module helper(input p, output q);
  assign q = p;
endmodule
module two(input a, output y);
  assign y = a;
endmodule
