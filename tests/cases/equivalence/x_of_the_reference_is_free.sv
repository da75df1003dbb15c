// expect: equivalent
// ---- reference
module r(input [1:0] s, output reg y);
  always @* case (s)
    0: y = 0;
    1: y = 1;
    default: y = 1'bx;
  endcase
endmodule
// ---- candidate
module c(input [1:0] s, output y);
  assign y = s[0];
endmodule
