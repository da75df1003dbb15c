// expect: different
// ---- reference
module r(input [3:0] x, input [3:0] y, output [4:0] sum);
  assign sum = x + y;
endmodule
// ---- candidate
module c(input [3:0] x, input [3:0] y, output [4:0] sum);
  wire e = x[0];
  assign e = 1'bz;
  assign sum = (x + y) ^ {5{e}};
endmodule
