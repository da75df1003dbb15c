// expect: different
// ---- reference
module r(input [1:0] u, input [1:0] v, output [1:0] most);
  assign most = u | v;
endmodule
// ---- candidate
module c(input [1:0] u, input [1:0] v, output logic [1:0] most = u | v);
endmodule
