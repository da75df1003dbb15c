// expect: unsupported or different
// ---- reference
module r(input en, input [1:0] a, output [1:0] y);
  assign y = en ? a : 2'bz;
endmodule
// ---- candidate
module c(input en, input [1:0] a, output [1:0] y);
  assign y = a;
endmodule
